//! What is made of an `impl` block of declared host functions.

use crate::declaration::{Declaration, ViewRule, camel_case};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, ImplItem, ImplItemFn, ItemImpl};

/// The block with its methods rewritten, the types of the functions, and `fn visit`.
pub(crate) fn expand(mut block: ItemImpl) -> syn::Result<TokenStream> {
    let mut bodies = Vec::new();
    let mut types = Vec::new();
    let mut names = Vec::new();
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else {
            return Err(syn::Error::new_spanned(item, "only host functions stand in this block"));
        };
        let declaration = Declaration::take(method)?;
        let name = format_ident!("{}", camel_case(&method.sig.ident.to_string()));
        types.push(function_type(&name, method, &declaration));
        bodies.push(split_body(&name, method, &declaration));
        names.push(name);
    }
    let items = std::mem::take(&mut block.items);
    block.items = items.into_iter().chain(bodies).collect();
    Ok(quote! {
        #block
        #(#types)*

        /// Shows every host function of this area, in order of declaration.
        pub(crate) fn visit<V: crate::function::Visitor>(visitor: &mut V) {
            #(visitor.visit::<#names>();)*
        }
    })
}

/// Moves the body into a method of its own and puts the entry in its place.
fn split_body(name: &Ident, method: &mut ImplItemFn, declaration: &Declaration) -> ImplItem {
    let arguments: Vec<_> = declaration.parameters.iter().map(|(name, _)| name).collect();
    let body_name = format_ident!("{}_body", method.sig.ident);
    let mut body = method.clone();
    body.sig.ident = body_name.clone();
    body.vis = syn::Visibility::Inherited;
    body.attrs = vec![syn::parse_quote!(#[inline])];
    method.attrs.push(syn::parse_quote!(#[inline]));
    method.vis = syn::parse_quote!(pub);
    method.block = syn::parse_quote!({
        let caller = self.state.enter(&<#name as crate::function::HostFunction>::SPECIFICATION)?;
        // A failure leaves the name of the function that it happened in.
        let output = self.#body_name(#(#arguments),*)?;
        self.state.leave(caller);
        Ok(output)
    });
    ImplItem::Fn(body)
}

fn function_type(name: &Ident, method: &ImplItemFn, declaration: &Declaration) -> TokenStream {
    let Declaration { attribute, documentation, parameters, output } = declaration;
    let method_name = &method.sig.ident;
    let text = method_name.to_string();
    let (pays, also_pays) = (&attribute.pays, &attribute.also_pays);
    let view = match &attribute.view {
        ViewRule::Allowed => quote!(crate::function::View::Allowed),
        ViewRule::Prohibited => quote!(crate::function::View::Prohibited { named: #text }),
        ViewRule::ProhibitedAs(other) => quote!(crate::function::View::Prohibited {
            named: <#other as crate::function::HostFunction>::SPECIFICATION.name
        }),
    };
    let since = match &attribute.since {
        None => quote!(None),
        Some(switch) => {
            let switch_name = switch.to_string();
            quote!(Some(crate::function::Switch {
                parameter: #switch_name,
                is_on: |config| config.#switch,
            }))
        }
    };
    let arguments: Vec<_> = parameters.iter().map(|(name, _)| name).collect();
    // A parameter that the body does not use has an underscore in front, which is no part of it.
    let argument_names =
        arguments.iter().map(|name| name.to_string().trim_start_matches('_').to_owned());
    let argument_types: Vec<_> = parameters.iter().map(|(_, ty)| ty).collect();
    let type_documentation = format!("The host function `{text}`.\n\n{documentation}");
    quote! {
        #[doc = #type_documentation]
        #[derive(Clone, Copy, Debug)]
        pub struct #name;

        impl crate::function::HostFunction for #name {
            const SPECIFICATION: crate::function::Specification = crate::function::Specification {
                name: #text,
                documentation: #documentation,
                parameters: &[#((
                    #argument_names,
                    <#argument_types as crate::function::WasmInteger>::WASM_TYPE,
                )),*],
                result: <#output as crate::function::WasmOutput>::WASM_TYPE,
                pays: &[#(::torr_parameters::ExtCost::#pays),*],
                also_pays: &[#(::torr_parameters::ExtCost::#also_pays),*],
                view: #view,
                since: #since,
            };
            type Parameters = (#(#argument_types,)*);
            type Output = #output;

            #[inline]
            fn call<M: crate::memory::GuestMemory + ?Sized>(
                host: &mut crate::host::Host<'_, '_, M>,
                (#(#arguments,)*): Self::Parameters,
            ) -> crate::error::Result<#output> {
                host.#method_name(#(#arguments),*)
            }
        }
    }
}
