//! A batch of changes on several threads, against the same changes one after the other.

use proptest::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use torr_crypto::hash::CryptoHash;
use torr_store::memory_trie::MemoryTrie;
use torr_store::partial_state::PartialState;
use torr_store::source::{NodeSource, TrieError};
use torr_store::trie::{EMPTY_ROOT, Finished, Trie};
use torr_store::trie_update::TrieUpdate;
use torr_testkit::trie::reference_root;

static ONE_THREAD: LazyLock<ThreadPool> = LazyLock::new(|| pool(1));
static FIVE_THREADS: LazyLock<ThreadPool> = LazyLock::new(|| pool(5));

fn pool(threads: usize) -> ThreadPool {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("threads can be started")
}

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// A change: a key, and the value unless it is taken out.
type Change = (Vec<u8>, Option<Vec<u8>>);

/// What half of the keys begin with.
const BEGINNING: &[u8] = b"accounts/";

/// A key that looks random, behind a beginning.
fn spread(beginning: &[u8], number: u32) -> Vec<u8> {
    [beginning, &CryptoHash::of(&number.to_le_bytes()).as_bytes()[..6]].concat()
}

/// A trie with a map in memory.
fn in_memory(map: &Map) -> (MemoryTrie, CryptoHash) {
    let mut memory = MemoryTrie::default();
    let empty = memory.version(EMPTY_ROOT).expect("it is always kept");
    let changes: Vec<_> =
        map.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
    let finished = one_after_the_other(&empty, &changes);
    let root = memory.commit(&finished).expect("there is room");
    (memory, root)
}

fn one_after_the_other<S: NodeSource>(trie: &Trie<S>, changes: &[Change]) -> Finished<S::Place> {
    let mut update = trie.update();
    for (key, value) in changes {
        match value {
            Some(value) => update.insert(key, value),
            None => update.delete(key),
        }
        .expect("all nodes are there");
    }
    update.finish().expect("all nodes are there")
}

/// Makes changes to the trie of a map on several numbers of threads, and compares with what they have to
/// come to.
fn check(map: &Map, changes: &[Change]) {
    let (mut memory, root) = in_memory(map);
    let trie = memory.version(root).expect("it is kept");
    let expected = one_after_the_other(&trie, changes);
    let in_pool = |pool: &ThreadPool| {
        pool.install(|| trie.change_in_parallel(changes).expect("all nodes are there"))
    };
    let [one, several] = [&*ONE_THREAD, &*FIVE_THREADS].map(in_pool);
    let mut changed = map.clone();
    for (key, value) in changes {
        match value {
            Some(value) => changed.insert(key.clone(), value.clone()),
            None => changed.remove(key),
        };
    }
    assert_eq!(expected.root(), reference_root(&changed));
    assert_eq!(expected.memory_usage(), several.memory_usage());
    assert_eq!(one.clone().into_changes(), several.clone().into_changes());
    assert_eq!(expected.into_changes(), several.clone().into_changes());
    // The places of nodes and values are right too.
    let root = memory.commit(&several).expect("there is room");
    let trie = memory.version(root).expect("it was added");
    let entries = trie.iter().map(|entry| entry.map(|(key, value)| (key, value.to_vec())));
    assert_eq!(entries.collect::<Result<Map, _>>().expect("all nodes are there"), changed);
}

/// Some hundred spread keys, as many behind a beginning, and the beginning itself.
fn map() -> Map {
    let behind = |beginning: &'static [u8]| {
        (0..400).map(move |number| (spread(beginning, number), vec![1; 20]))
    };
    let ends = [(BEGINNING.to_vec(), vec![2]), (vec![], vec![3])];
    behind(&[]).chain(behind(BEGINNING)).chain(ends).collect()
}

/// The change of each of some keys, in their order.
fn of_keys(
    keys: impl IntoIterator<Item = Vec<u8>>,
    value: impl Fn(usize) -> Option<Vec<u8>>,
) -> Vec<Change> {
    let keys: BTreeSet<_> = keys.into_iter().collect();
    keys.into_iter().enumerate().map(|(place, key)| (key, value(place))).collect()
}

#[test]
fn changes_of_all_kinds_everywhere() {
    let keys = (200..600).flat_map(|number| [spread(b"", number), spread(BEGINNING, number)]);
    check(&map(), &of_keys(keys, |place| (place % 3 > 0).then(|| vec![4; place % 50])));
}

#[test]
fn many_changes_below_one_node() {
    let keys = (300..600).map(|number| spread(BEGINNING, number));
    check(&map(), &of_keys(keys, |place| Some(vec![4; place % 50])));
}

#[test]
fn a_key_ends_where_the_trie_is_cut() {
    for value in [None, Some(vec![8; 70])] {
        let keys = (0..300).flat_map(|number| [spread(b"", number), spread(BEGINNING, number)]);
        let ends = [BEGINNING.to_vec(), Vec::new()];
        check(&map(), &of_keys(keys.chain(ends), |_| value.clone()));
    }
}

#[test]
fn a_branch_that_was_cut_stays_none() {
    let map = map();
    let all: Vec<_> = map.keys().cloned().collect();
    for left in [0, 1, 2, 400, 799] {
        let but_one = all.iter().enumerate().filter(|(place, _)| *place != left);
        check(&map, &of_keys(but_one.map(|(_, key)| key.clone()), |_| None));
    }
    check(&map, &of_keys(all, |_| None));
}

#[test]
fn a_trie_of_nothing_and_of_one_key() {
    let new = of_keys(map().into_keys(), |_| Some(vec![6; 40]));
    check(&Map::new(), &new);
    check(&Map::new(), &of_keys(map().into_keys(), |_| None));
    check(&Map::from([(b"accounts".to_vec(), vec![1])]), &new);
}

#[test]
fn what_is_not_in_order_is_changed_one_after_the_other() {
    let keys = (0..300).map(|number| spread(b"", number));
    let mut changes: Vec<_> = keys.map(|key| (key, Some(vec![4]))).collect();
    changes.extend((0..100).map(|number| (spread(b"", number), None)));
    check(&map(), &changes);
}

#[test]
fn a_node_that_is_not_there_is_an_error() {
    let (memory, root) = in_memory(&map());
    let nodes = memory.version(root).expect("it is kept");
    let root_node = nodes.prove(&[]).expect("all nodes are there");
    let state = PartialState::new(root_node.nodes);
    let changes = of_keys(map().into_keys(), |_| None);
    let error = Trie::with_root(&state, root).change_in_parallel(&changes);
    assert!(matches!(error, Err(TrieError::Missing { .. })));
}

#[test]
fn an_update_that_can_be_taken_back_uses_threads_too() {
    let (memory, root) = in_memory(&map());
    let trie = memory.version(root).expect("it is kept");
    let mut update = TrieUpdate::new(&trie);
    for (key, value) in of_keys((300..600).map(|number| spread(BEGINNING, number)), |place| {
        (place % 2 > 0).then(|| vec![4; place % 50])
    }) {
        match value {
            Some(value) => update.set(key, value),
            None => update.remove(key),
        }
    }
    let several = update.finish_in_parallel().expect("all nodes are there");
    let one = update.finish().expect("all nodes are there");
    assert_eq!(one.into_changes(), several.into_changes());
}

fn any_changes() -> impl Strategy<Value = Vec<Change>> {
    let key = prop::collection::vec(prop::sample::select(vec![0x00, 0x01, 0x10, 0xff]), 0..4);
    let value = prop::option::of(prop::collection::vec(any::<u8>(), 0..3));
    prop::collection::vec((key, value), 0..200)
}

proptest! {
    #[test]
    fn any_changes_come_to_the_same(content in any_changes(), then in any_changes()) {
        let map = content.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        let then: BTreeMap<_, _> = then.into_iter().collect();
        check(&map, &then.into_iter().collect::<Vec<_>>());
    }
}
