//! What is read off one method: the arguments of `#[host(…)]`, the documentation, the signature.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, ExprLit, FnArg, GenericArgument, Ident, ImplItemFn, Lit, Meta, Pat,
    PathArguments, ReturnType, Token, Type, bracketed,
};

/// The arguments of `#[host(…)]`.
#[derive(Default)]
pub(crate) struct HostAttribute {
    pub(crate) pays: Vec<Ident>,
    pub(crate) also_pays: Vec<Ident>,
    pub(crate) view: ViewRule,
    pub(crate) since: Option<Ident>,
}

/// Whether a view call may use the function.
#[derive(Default)]
pub(crate) enum ViewRule {
    #[default]
    Allowed,
    Prohibited,
    ProhibitedAs(Ident),
}

/// A host function as declared.
pub(crate) struct Declaration {
    pub(crate) attribute: HostAttribute,
    pub(crate) documentation: String,
    pub(crate) parameters: Vec<(Ident, Type)>,
    /// The `T` of `Result<T>`.
    pub(crate) output: Type,
}

impl Parse for HostAttribute {
    fn parse(input: ParseStream<'_>) -> syn::Result<HostAttribute> {
        let mut attribute = HostAttribute::default();
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            match name.to_string().as_str() {
                "pays" => attribute.pays = costs(input)?,
                "also_pays" => attribute.also_pays = costs(input)?,
                "not_in_view" => attribute.view = ViewRule::Prohibited,
                "not_in_view_as" => {
                    input.parse::<Token![=]>()?;
                    attribute.view = ViewRule::ProhibitedAs(input.parse()?);
                }
                "since" => {
                    input.parse::<Token![=]>()?;
                    attribute.since = Some(input.parse()?);
                }
                _ => {
                    return Err(syn::Error::new(
                        name.span(),
                        "expected `pays`, `also_pays`, `not_in_view`, `not_in_view_as` or `since`",
                    ));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(attribute)
    }
}

fn costs(input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    input.parse::<Token![=]>()?;
    let list;
    bracketed!(list in input);
    let names = Punctuated::<Ident, Token![,]>::parse_terminated(&list)?;
    Ok(names.iter().map(variant).collect())
}

/// The variant of `ExtCost` that a cost's name stands for: `read_memory_base` is `ReadMemoryBase`.
fn variant(name: &Ident) -> Ident {
    Ident::new(&camel_case(&name.to_string()), name.span())
}

/// `storage_write` is `StorageWrite`.
pub(crate) fn camel_case(name: &str) -> String {
    name.split('_')
        .flat_map(|piece| {
            let mut letters = piece.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}

impl Declaration {
    /// Takes the `#[host]` attribute off `method` and reads the rest.
    pub(crate) fn take(method: &mut ImplItemFn) -> syn::Result<Declaration> {
        let span = method.sig.ident.span();
        let position = method
            .attrs
            .iter()
            .position(|attribute| attribute.path().is_ident("host"))
            .ok_or_else(|| syn::Error::new(span, "a host function carries `#[host(…)]`"))?;
        let attribute = method.attrs.remove(position);
        let documentation = documentation(&method.attrs);
        if documentation.is_empty() {
            return Err(syn::Error::new(span, "a host function has a doc comment"));
        }
        Ok(Declaration {
            attribute: match &attribute.meta {
                Meta::Path(_) => HostAttribute::default(),
                _ => attribute.parse_args()?,
            },
            documentation,
            parameters: parameters(method)?,
            output: output(&method.sig.output, span)?,
        })
    }
}

fn documentation(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn parameters(method: &ImplItemFn) -> syn::Result<Vec<(Ident, Type)>> {
    let typed = method.sig.inputs.iter().filter_map(|argument| match argument {
        FnArg::Receiver(_) => None,
        FnArg::Typed(typed) => Some(typed),
    });
    typed
        .map(|argument| match &*argument.pat {
            Pat::Ident(name) => Ok((name.ident.clone(), (*argument.ty).clone())),
            pattern => Err(syn::Error::new_spanned(pattern, "a parameter has a plain name")),
        })
        .collect()
}

fn output(result: &ReturnType, span: Span) -> syn::Result<Type> {
    let inner = match result {
        ReturnType::Type(_, result) => match &**result {
            Type::Path(path) => {
                path.path.segments.last().and_then(|segment| match &segment.arguments {
                    PathArguments::AngleBracketed(list) if segment.ident == "Result" => {
                        list.args.first()
                    }
                    _ => None,
                })
            }
            _ => None,
        },
        ReturnType::Default => None,
    };
    match inner {
        Some(GenericArgument::Type(output)) => Ok(output.clone()),
        _ => Err(syn::Error::new(span, "a host function returns `Result<T>`")),
    }
}
