//! The `#[host_functions]` attribute, nothing else.
//!
//! It stands on an `impl` block of `Host` whose methods carry `#[host(…)]`. The method's name is the
//! import's name, its signature the import's signature, its doc comment the import's documentation.
//! For each method the attribute makes
//!
//! - the method itself, with its entry in front: charges of `pays` in order, then the view check;
//! - a type that implements `HostFunction`: a constant `SPECIFICATION` and a `call` for engines.
//!
//! For the block it makes `fn visit`, which shows every type to a `Visitor` in order of declaration.
//!
//! Arguments of `#[host(…)]`:
//!
//! | argument | meaning |
//! |---|---|
//! | `pays = [a, b]` | costs charged once each on entry, in this order |
//! | `also_pays = [c]` | costs that the body charges |
//! | `not_in_view` | a view call that reaches it fails |
//! | `not_in_view_as = Type` | the same, with the failure naming another host function |
//! | `since = parameter` | the switch of the parameters that makes it importable |

#![forbid(unsafe_code)]

mod declaration;
mod expansion;

use proc_macro::TokenStream;
use syn::{ItemImpl, parse_macro_input};

/// Makes the methods of an `impl` block host functions. See the crate's documentation.
#[proc_macro_attribute]
pub fn host_functions(arguments: TokenStream, block: TokenStream) -> TokenStream {
    if !arguments.is_empty() {
        return syn::Error::new(
            proc_macro2::Span::call_site(),
            "`host_functions` takes no arguments",
        )
        .to_compile_error()
        .into();
    }
    let block = parse_macro_input!(block as ItemImpl);
    expansion::expand(block).unwrap_or_else(|error| error.to_compile_error()).into()
}
