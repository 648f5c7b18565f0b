//! A shard's state over a database that fails at every operation in turn.
//!
//! A script is run once undisturbed, and what the database has is noted before each of its steps. Then
//! each step is taken again from there with a fault at each operation of it. What is found afterwards is
//! what was there before, or what the step leads to; and taking the step again leads to the same bytes
//! as if nothing had happened.

use std::sync::Arc;
use torr_store::database::faulty::{Fault, FaultyDatabase};
use torr_store::database::{Database, MemoryDatabase};
use torr_store::shard_state::{Collection, ShardState, StateError, VersionNumber};
use torr_store::stored_trie::ShardUid;
use torr_testkit::state_history::{Contents, Stored, Workload, check_versions, dump, restored};

const SHARD: ShardUid = ShardUid { version: 3, shard_id: 0 };
const WORKLOAD: Workload = Workload { seed: 884, changes: 8 };
/// Most counts of a chunk, so that small versions have several.
const CHUNK_LEN: usize = 8;

/// A step, which can be taken again when it is not known whether it was done.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Commit(u64),
    SetHead(u64),
    Remove(u64),
    RetainLatest(usize),
    RemoveAll,
    /// Until nothing is left. One batch follows from what is stored alone, because a call makes one
    /// batch only or all batches are as large as they can be.
    Collect(usize),
}

/// Forks, removals at the beginning, in the middle and at the ends, both ways of going through counts,
/// and the end of everything.
const SCRIPT: &[Step] = &[
    Step::Commit(0),
    Step::Commit(1),
    Step::Commit(2),
    Step::Commit(3),
    Step::Commit(4),
    Step::SetHead(2),
    Step::Remove(1),
    Step::SetHead(4),
    Step::Commit(5),
    Step::Commit(6),
    Step::Remove(3),
    Step::Collect(usize::MAX),
    Step::Remove(0),
    Step::SetHead(6),
    Step::Collect(1),
    Step::RetainLatest(1),
    Step::Collect(usize::MAX),
    Step::Commit(7),
    Step::RemoveAll,
    Step::Collect(1),
];

fn take(database: &Arc<dyn Database>, step: Step) -> Result<(), StateError> {
    let state = ShardState::open(Arc::clone(database), SHARD)?.with_chunk_len(CHUNK_LEN);
    take_with(&state, step)
}

fn take_with(state: &ShardState, step: Step) -> Result<(), StateError> {
    match step {
        Step::Commit(number) => {
            let version = WORKLOAD.commit(state, number)?;
            assert_eq!(version.number, VersionNumber(number));
        }
        Step::SetHead(number) => state.set_head(VersionNumber(number))?,
        Step::Remove(number) => {
            state.remove(VersionNumber(number))?;
        }
        Step::RetainLatest(count) => {
            state.retain_latest(count)?;
        }
        Step::RemoveAll => state.remove_all()?,
        Step::Collect(limit) => while state.collect(limit)? == Collection::Unfinished {},
    }
    Ok(())
}

/// A kind of fault, at an operation.
type Kind = fn(u64) -> Fault;
const ALL_KINDS: &[Kind] = &[Fault::Error, Fault::KillBefore, Fault::KillAfter];

/// Takes the steps that are `chosen` with faults of these kinds at each operation, or, of many, at one in
/// `stride`. Gives the number of points.
fn sweep(kinds: &[Kind], stride: usize, chosen: impl Fn(Step) -> bool) -> u64 {
    let undisturbed: Arc<dyn Database> = Arc::new(MemoryDatabase::new());
    let (mut points, mut whole) = (0, Vec::new());
    for &step in SCRIPT {
        let before = dump(&*undisturbed).expect("memory does not fail");
        take(&undisturbed, step).unwrap_or_else(|error| panic!("{step:?}: {error}"));
        let after = dump(&*undisturbed).expect("memory does not fail");
        if !chosen(step) {
            continue;
        }
        let counting = Arc::new(FaultyDatabase::new(restored(&before), Fault::None));
        take(&(Arc::clone(&counting) as Arc<dyn Database>), step).expect("there is no fault");
        for at in (0..counting.operations()).step_by(stride) {
            for kind in kinds {
                fail(step, kind(at), &before, &after, &mut whole);
                points += 1;
            }
        }
    }
    points
}

/// Takes a step with a fault, and then again. What was found whole once is in `whole`.
fn fail(
    step: Step,
    fault: Fault,
    before: &[Stored],
    after: &[Stored],
    whole: &mut Vec<Vec<Stored>>,
) {
    let database = restored(before);
    let faulty: Arc<dyn Database> = Arc::new(FaultyDatabase::new(Arc::clone(&database), fault));
    let state = ShardState::open(Arc::clone(&faulty), SHARD);
    let state = state.map(|state| state.with_chunk_len(CHUNK_LEN));
    let done = state.as_ref().map(|state| take_with(state, step).is_ok()).unwrap_or(false);
    assert!(!done, "{step:?} did not notice {fault:?}");

    let found = dump(&*database).expect("memory does not fail");
    if !matches!(step, Step::Collect(_)) {
        assert!(found == before || found == after, "{step:?} is half done after {fault:?}");
        let was_killed_after = matches!(fault, Fault::KillAfter(_));
        assert!(found == before || was_killed_after, "{step:?} was done in spite of {fault:?}");
    }
    if !whole.contains(&found) {
        let reopened = ShardState::open(Arc::clone(&database), SHARD).expect("it can be read");
        let contents: Contents = WORKLOAD.contents(&reopened).expect("it can be read");
        check_versions(&reopened, &contents).expect("it can be read");
        whole.push(found);
    }

    // An error is once: whoever had the state goes on with it. Nobody survives being killed.
    let again = match (fault, &state) {
        (Fault::Error(_), Ok(state)) => take_with(state, step),
        _ => take(&database, step),
    };
    again.unwrap_or_else(|error| panic!("{step:?} after {fault:?}: {error}"));
    let found = dump(&*database).expect("memory does not fail");
    assert!(found == after, "{step:?} comes to something else after {fault:?}");
}

#[test]
fn a_commit_is_done_or_not() {
    let points = sweep(ALL_KINDS, 1, |step| matches!(step, Step::Commit(_)));
    assert!(points > 150, "{points}");
}

#[test]
fn a_change_of_the_head_is_done_or_not() {
    let points = sweep(ALL_KINDS, 1, |step| matches!(step, Step::SetHead(_)));
    assert!(points > 150, "{points}");
}

#[test]
fn a_removal_is_done_or_not() {
    let removes = |step| matches!(step, Step::Remove(_) | Step::RetainLatest(_) | Step::RemoveAll);
    let points = sweep(ALL_KINDS, 1, removes);
    assert!(points > 50, "{points}");
}

#[test]
fn a_collection_with_an_error_is_gone_on_with() {
    let points = sweep(&[Fault::Error], 1, |step| step == Step::Collect(usize::MAX));
    assert!(points > 150, "{points}");
}

#[test]
fn a_collection_that_is_killed_before_an_operation_is_gone_on_with() {
    let points = sweep(&[Fault::KillBefore], 1, |step| step == Step::Collect(usize::MAX));
    assert!(points > 150, "{points}");
}

#[test]
fn a_collection_that_is_killed_after_an_operation_is_gone_on_with() {
    let points = sweep(&[Fault::KillAfter], 1, |step| step == Step::Collect(usize::MAX));
    assert!(points > 150, "{points}");
}

#[test]
fn a_collection_in_small_parts_is_gone_on_with() {
    let points = sweep(ALL_KINDS, 97, |step| step == Step::Collect(1));
    assert!(points > 50, "{points}");
}
