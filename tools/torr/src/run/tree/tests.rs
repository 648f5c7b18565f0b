//! The tree of promises: who stands below whom.

use super::tree;
use crate::run::actions::ActionReport;
use crate::run::receipts::ReceiptReport;
use torr_vm_logic::effects::Action;

fn receipt(index: u64, waits_for: &[u64]) -> ReceiptReport {
    let actions = match index {
        2 => vec![],
        _ => vec![ActionReport::new(&Action::CreateAccount, None)],
    };
    ReceiptReport {
        index,
        receiver_id: "a.near".parse().unwrap(),
        waits_for: waits_for.to_vec(),
        yields: None,
        refund_to: None,
        is_result: index == 4,
        actions,
    }
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn every_receipt_stands_below_what_it_waits_for() {
    let receipts =
        [receipt(0, &[]), receipt(1, &[]), receipt(2, &[0]), receipt(3, &[0]), receipt(4, &[3, 1])];
    expect_test::expect![[r#"
          ├─ #0 a.near
          │  │  create account
          │  ├─ #2 a.near
          │  └─ #3 a.near
          │     │  create account
          │     └─ #4 a.near after #3, #1 → result of the call
          │           create account
          └─ #1 a.near
                create account
    "#]]
    .assert_eq(&unindented(&plain(&tree(&receipts, None))));
}

/// `text` without the two spaces that each of its lines begins with.
fn unindented(text: &str) -> String {
    text.lines().map(|line| line.strip_prefix("  ").unwrap_or(line).to_owned() + "\n").collect()
}

#[test]
fn long_chains_do_not_leave_the_screen() {
    let mut receipts = vec![receipt(0, &[])];
    receipts.extend((1..1_000).map(|index| receipt(index, &[index - 1])));
    let longest = plain(&tree(&receipts, None)).lines().map(|line| line.chars().count()).max();
    assert!(longest < Some(120), "{longest:?}");
}
