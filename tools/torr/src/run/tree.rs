//! The receipts of a call as a tree: each below the one it waits for, the last one if it waits for
//! several.

use super::actions::ActionReport;
use super::receipts::ReceiptReport;
use crate::amount::{Near, Tgas};
use crate::bytes::visible;
use crate::figure::counted;
use crate::style::{DIM, GOOD, NAME};
use torr_crypto::hash::CryptoHash;
use torr_primitives::{Balance, GlobalContractIdentifier, ReceiptIndex};

/// Characters of arguments that are printed.
const ARGUMENTS_LENGTH: usize = 100;

/// Lines are indented no further below this depth: chains of promises can be long.
const DEEPEST: usize = 24;

/// A receipt that is still to be drawn.
struct Open {
    index: usize,
    /// What stands before its line and those of its descendants.
    indent: String,
    depth: usize,
    is_last: bool,
}

/// The lines of the tree, each ending in a line end.
pub(super) fn tree(receipts: &[ReceiptReport], limit: Option<usize>) -> String {
    let parent = |receipt: &ReceiptReport| receipt.waits_for.iter().copied().max();
    let children_of = |of: Option<ReceiptIndex>| -> Vec<usize> {
        let children = receipts.iter().enumerate().filter(|(_, receipt)| parent(receipt) == of);
        children.map(|(index, _)| index).collect()
    };
    let open = |children: Vec<usize>, indent: &str, depth: usize| -> Vec<Open> {
        let last = children.last().copied();
        let nodes = children.into_iter().rev().map(|index| Open {
            index,
            indent: indent.to_owned(),
            depth,
            is_last: Some(index) == last,
        });
        nodes.collect()
    };
    let mut text = String::new();
    let mut stack = open(children_of(None), "  ", 0);
    while let Some(Open { index, indent, depth, is_last }) = stack.pop() {
        let Some(receipt) = receipts.get(index) else { continue };
        let children = children_of(Some(receipt.index));
        let (branch, below) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let below = if depth < DEEPEST { format!("{indent}{below}") } else { indent.clone() };
        let trunk = if children.is_empty() { "   " } else { "│  " };
        text += &format!("{DIM}{indent}{branch}{DIM:#}{}\n", headline(receipt));
        for action in &receipt.actions {
            let line = line(action, limit);
            text += &format!("{DIM}{below}{trunk}{DIM:#}{line}\n");
        }
        stack.extend(open(children, &below, depth + 1));
    }
    text
}

fn headline(receipt: &ReceiptReport) -> String {
    let ReceiptReport { index, receiver_id, waits_for, yields, refund_to, is_result, .. } = receipt;
    let mut line = format!("#{index} {NAME}{receiver_id}{NAME:#}");
    if waits_for.len() > 1 {
        let names: Vec<String> = waits_for.iter().map(|index| format!("#{index}")).collect();
        line += &format!(" {DIM}after {}{DIM:#}", names.join(", "));
    }
    if let Some(yields) = yields {
        let name = yields.yield_id.map(|name| format!(", yield id {}", CryptoHash::from(name)));
        line += &format!(
            " {DIM}waits to be resumed, data id {}{}{DIM:#}",
            yields.data_id,
            name.unwrap_or_default()
        );
    }
    if let Some(account_id) = refund_to {
        line += &format!(" {DIM}refunds to {account_id}{DIM:#}");
    }
    if *is_result {
        line += &format!(" {GOOD}→ result of the call{GOOD:#}");
    }
    line
}

/// One action on one line.
fn line(action: &ActionReport, limit: Option<usize>) -> String {
    let limit = limit.map_or(usize::MAX, |limit| limit.min(ARGUMENTS_LENGTH));
    let mut parts = vec![match &action.method_name {
        Some(method) => {
            let arguments = action
                .args
                .as_ref()
                .filter(|bytes| bytes.len() > 0)
                .map(|bytes| bytes.preview(limit));
            format!("{}({})", visible(method), arguments.unwrap_or_default())
        }
        None => action.kind.replace('_', " "),
    }];
    if let Some(gas) = action.gas {
        parts.push(match action.gas_share {
            None => Tgas(gas).to_string(),
            Some(share) => {
                format!("{} + {} unused", Tgas(gas.saturating_sub(share)), Tgas(share))
            }
        });
    }
    if let Some(amount) = action.amount.filter(|amount| *amount != Balance::ZERO) {
        parts.push(Near(amount).to_string());
    }
    parts.extend(action.public_key.as_ref().map(ToString::to_string));
    parts.extend(action.receiver_id.as_ref().map(|receiver_id| match &action.method_names {
        Some(names) if !names.is_empty() => {
            format!("for {receiver_id}: {}", visible(&names.join(", ")))
        }
        _ => format!("for {receiver_id}"),
    }));
    parts.extend(action.allowance.map(|allowance| format!("allowance {}", Near(allowance))));
    parts.extend(action.num_nonces.map(|count| counted(count, "nonce")));
    parts.extend(action.beneficiary_id.as_ref().map(|account_id| format!("to {account_id}")));
    parts.extend(
        action.code.as_ref().map(|code| format!("{}, {}", counted(code.len, "byte"), code.hash)),
    );
    parts.extend(action.contract_id.as_ref().map(contract_name));
    if !action.state_init.is_empty() {
        parts.push(counted(action.state_init.len() as u64, "storage key"));
    }
    parts.join(" · ")
}

fn contract_name(contract_id: &GlobalContractIdentifier) -> String {
    match contract_id {
        GlobalContractIdentifier::CodeHash(hash) => format!("global contract {hash}"),
        GlobalContractIdentifier::AccountId(account_id) => {
            format!("global contract of {account_id}")
        }
    }
}

#[cfg(test)]
mod tests;
