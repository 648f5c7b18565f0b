//! Calls of functions, without what the functions do.

use super::kind::{Kind, Line, Place, Request, names};
use super::transfers::{COUNTS, SENT_COUNTS};
use crate::error::EstimatorError;
use crate::work::contract::{IDLE, Script};
use crate::work::states::{account_records, secret_key};
use torr_parameters::ActionCost;
use torr_primitives::action::{Action, FunctionCallAction};
use torr_primitives::{Balance, Gas};

/// Gas of a call: more than it takes, so that what is left comes back.
const GAS: Gas = Gas::from_gas(1_000_000_000_000_000);

pub(super) fn calls() -> Kind {
    Kind {
        names: names!("function_call"),
        about: "Calls a function that does nothing, many times in a receipt, and once with arguments \
                as long as they may be. Gas that is left is sent back.",
        costs: &[ActionCost::FunctionCallBase, ActionCost::FunctionCallByte],
        free_to_send: &[],
        lines: vec![
            Line::new("calls", |count, place| called(count, 0, place))
                .executed(COUNTS)
                .sent(SENT_COUNTS),
            Line::new("with arguments", |length, place| called(1, length, place))
                .executed(&[1_000, 100_000, 1_500_000, 4_190_000])
                .sent(&[100_000, 1_500_000]),
        ],
    }
}

fn called(count: u64, length: u64, place: &Place<'_>) -> Result<Request, EstimatorError> {
    let action = call(IDLE, vec![7; length as usize]);
    let code = Script::repeating(Vec::new()).code(0)?;
    let key = secret_key(place.receiver_number())?.public_key();
    let records = account_records(&place.receiver()?, key, Some(code));
    Ok(Request::repeated(count, action).with_records(records))
}

/// A call.
pub(super) fn call(method: &str, args: Vec<u8>) -> Action {
    Action::FunctionCall(Box::new(FunctionCallAction {
        method_name: method.to_owned(),
        args,
        gas: GAS,
        deposit: Balance::ZERO,
    }))
}
