//! `torr run`: one call of one method, and all that came of it.
//!
//! [`arguments`] and [`state_file`] say what goes in, [`call`] carries it out, [`report`] is the
//! result as data, [`text`] as text. A call that fails, a view call and a command that cannot be
//! carried out leave the state file as it was.

mod actions;
mod advice;
mod arguments;
mod call;
mod changes;
mod failure;
mod observer;
mod profile;
mod promise_result;
mod receipts;
mod report;
mod state_file;
mod text;
mod tree;

pub(crate) use arguments::RunArguments;
pub(crate) use call::InputError;
pub(crate) use state_file::StateFileError;

use crate::cli::Verdict;
use crate::error::CliError;
use crate::files;
use crate::output::{self, Format};
use call::Call;
use report::RunReport;
use state_file::State;
use torr_vm_runner::{CacheConfig, Code, Policy, Runner};

/// Carries out `torr run`.
pub(crate) fn run(arguments: &RunArguments) -> Result<Verdict, CliError> {
    let code = Code::new(files::read_contract(&arguments.contract)?);
    let config = arguments.configuration.config()?;
    let mut state = match &arguments.state {
        Some(path) => state_file::load(path)?,
        None => State::default(),
    };
    let call = Call::new(arguments, code, config, &state)?;
    let (engine, stopped_in) = observer::observed(arguments.engine)?;
    let runner = Runner::with_policy(engine, Policy::default(), CacheConfig::default())?;
    let ended = call.run(&runner, &stopped_in)?;
    let report = RunReport::new(arguments, &call, &ended);
    if let Some(path) = &arguments.state
        && ended.changes_state(&call)
    {
        ended.apply(&call, &mut state);
        state_file::save(path, &state)?;
    }
    output::print(Format::of_flag(arguments.output.json), &report, |report| {
        text::text(report, arguments.output.full)
    })?;
    Ok(report.verdict())
}
