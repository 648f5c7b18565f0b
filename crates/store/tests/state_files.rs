//! State files: written, cut off, damaged, gone on with, and imported over a database that fails.

use arbitrary::Unstructured;
use proptest::prelude::*;
use std::io::{self, Read};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::database::faulty::{Fault, FaultyDatabase};
use torr_store::database::{Column, Database, MemoryDatabase};
use torr_store::partial_state::PartialState;
use torr_store::shard_state::{Collection, ShardState, StateError, Version};
use torr_store::state_file::{
    BadFrame, Begun, LONGEST_KEY, LONGEST_VALUE, Position, StateFileError, StateFileReader, export,
    import,
};
use torr_store::stored_trie::ShardUid;
use torr_store::trie::{EMPTY_ROOT, Trie};
use torr_testkit::state_files::{AnyFrame, check_any_file, sealed};
use torr_testkit::state_history::{Map, Stored, commit, dump, is_empty, restored};
use torr_testkit::trie::reference_root;

const SHARD: ShardUid = ShardUid { version: 3, shard_id: 5 };
const HEIGHT: u64 = 12;
/// Short, so that small states have several frames, and several steps of eight frames.
const FRAME_LEN: usize = 64;

fn memory() -> Arc<dyn Database> {
    Arc::new(MemoryDatabase::new())
}

fn open(database: &Arc<dyn Database>) -> ShardState {
    ShardState::open(Arc::clone(database), SHARD).expect("it can be read")
}

/// A database that has a state as its first version, committed at once.
fn committed(content: &Map) -> (Arc<dyn Database>, Version) {
    let database = memory();
    let version = commit(&open(&database), None, HEIGHT, &Map::new(), content);
    (database, version.expect("memory does not fail"))
}

/// The rest of the file of a database's head, behind what was begun.
fn export_rest(database: &Arc<dyn Database>, begun: &Begun) -> Result<Vec<u8>, StateFileError> {
    let snapshot = open(database).snapshot()?;
    let head = snapshot.head()?.expect("there is a version");
    let trie = snapshot.trie_at(head.number)?;
    let (mut file, mut told) = (Vec::new(), Vec::new());
    let end = export(&trie, begun, &mut file, |position| told.push(*position))?;
    assert_eq!(end.bytes, begun.bytes() + file.len() as u64);
    assert_eq!(told.last().copied().unwrap_or(end), end);
    assert!(told.is_sorted_by_key(|position| position.bytes));
    Ok(file)
}

fn file_of(content: &Map, frame_len: usize) -> Vec<u8> {
    let (database, version) = committed(content);
    let begun = Begun::nothing(version.root).with_frame_len(frame_len);
    export_rest(&database, &begun).expect("memory does not fail")
}

fn import_into(database: &Arc<dyn Database>, file: &[u8]) -> Result<Version, StateFileError> {
    let state = ShardState::open(Arc::clone(database), SHARD)?;
    let reader = StateFileReader::open(file)?.with_frame_len(FRAME_LEN);
    import(reader, &state, HEIGHT, |_| ())
}

fn all(database: &Arc<dyn Database>) -> Vec<Stored> {
    dump(&**database).expect("memory does not fail")
}

/// Gives up what was imported, and sees that nothing is left of it.
fn give_up(database: &Arc<dyn Database>) {
    let state = open(database);
    assert_eq!(state.versions().expect("it can be read"), []);
    state.give_up_import().expect("it can be written");
    while state.collect(2).expect("it can be written") == Collection::Unfinished {}
    expect_nothing(database);
}

fn expect_nothing(database: &Arc<dyn Database>) {
    for column in [Column::Nodes, Column::Flat, Column::Deltas] {
        assert!(is_empty(&**database, column, SHARD).expect("it can be read"), "{column}");
    }
    let state = open(database);
    assert_eq!(state.snapshot().and_then(|it| it.waiting()).expect("it can be read"), []);
    assert_eq!(state.unfinished_import().expect("it can be read"), None);
}

/// A map of so many keys, some of them the beginning of others, some values equal, one long.
fn many(count: u32) -> Map {
    let key = |n: u32| {
        let mut key = CryptoHash::of(&(n / 2).to_le_bytes()).0[..6].to_vec();
        key.extend((n % 2 == 1).then_some(7));
        key
    };
    let value = |n: u32| match n % 5 {
        0 => vec![9; 30],
        1 => Vec::new(),
        _ => n.to_le_bytes().to_vec(),
    };
    let mut map: Map = (0..count).map(|n| (key(n), value(n))).collect();
    map.insert(Vec::new(), b"the empty key".to_vec());
    map.insert(vec![0x55; 9], vec![1; 4_100]);
    map
}

/// Maps of few different bytes, so that keys begin alike, and values repeat.
fn map() -> impl Strategy<Value = Map> {
    let byte = prop::sample::select(vec![0x00_u8, 0x01, 0x10, 0xff]);
    let key = prop::collection::vec(byte, 0..5);
    let value = prop_oneof![
        9 => prop::collection::vec(0..3_u8, 0..40),
        1 => Just(vec![9; 4_001]),
    ];
    prop::collection::btree_map(key, value, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn what_is_imported_is_as_if_it_had_been_committed(content in map(), frame_len in 1..200_usize) {
        let (database, version) = committed(&content);
        let begun = Begun::nothing(version.root).with_frame_len(frame_len);
        let file = export_rest(&database, &begun)?;
        let other = memory();
        let reader = StateFileReader::open(&file[..])?.with_frame_len(frame_len);
        let mut told = Vec::new();
        let imported = import(reader, &open(&other), HEIGHT, |position| told.push(position.entries))?;
        prop_assert_eq!(imported, version);
        prop_assert_eq!(all(&other), all(&database));
        prop_assert!(told.is_sorted());
        prop_assert_eq!(told.last().copied().unwrap_or(0), content.len() as u64);
        let snapshot = open(&other).snapshot()?;
        prop_assert_eq!(snapshot.verify(version.number)?, content.len() as u64);
    }

    #[test]
    fn any_file_is_refused_or_the_one_of_its_state(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let _ = check_any_file(&mut Unstructured::new(&bytes));
    }
}

#[test]
fn the_format_is_the_one_described() {
    let content = many(20);
    let file = file_of(&content, FRAME_LEN);
    let (mut frames, mut entries, mut len) = (Vec::new(), Vec::new(), 0);
    for (key, value) in &content {
        let entry_len = 8 + key.len() + value.len();
        if len > 0 && len + entry_len > FRAME_LEN {
            frames.push(AnyFrame::of(std::mem::take(&mut entries)));
            len = 0;
        }
        entries.push((&key[..], &value[..]));
        len += entry_len;
    }
    frames.push(AnyFrame::of(entries));
    assert!(frames.len() > 5);
    assert_eq!(file, sealed(reference_root(&content), &frames, content.len() as u64));
    assert_eq!(file_of(&Map::new(), FRAME_LEN), sealed(EMPTY_ROOT, &[], 0));
}

#[test]
fn frames_have_a_mebibyte() {
    let content: Map = (0..5_u8).map(|n| (vec![n], vec![n; 500_000])).collect();
    let (database, version) = committed(&content);
    let file = export_rest(&database, &Begun::nothing(version.root)).expect("memory does not fail");
    let mut reader = StateFileReader::open(&file[..]).expect("it is one");
    let mut counts = Vec::new();
    while let Some(frame) = reader.next_frame().expect("it is whole") {
        counts.push(frame.count());
    }
    assert_eq!(counts, [2, 2, 1]);
    let Position { frames, entries, bytes, .. } = reader.position();
    assert_eq!((frames, entries, bytes), (3, 5, file.len() as u64));
}

#[test]
fn an_export_that_was_cut_off_anywhere_is_gone_on_with() {
    let content = many(30);
    let (database, version) = committed(&content);
    let nothing = Begun::nothing(version.root).with_frame_len(FRAME_LEN);
    let file = export_rest(&database, &nothing).expect("memory does not fail");
    let mut kept = Vec::new();
    for len in 0..=file.len() {
        // A system that stopped may leave a file with zeros at its end.
        for tail in [&[][..], &[0; 100], &[0xff; 100]] {
            let is_in_header = len < 13 + 32 + 32;
            if len == file.len() && !tail.is_empty() || is_in_header && !tail.is_empty() {
                continue;
            }
            let left = [&file[..len], tail].concat();
            let begun =
                nothing.clone().find(&left[..]).unwrap_or_else(|error| panic!("{len}: {error}"));
            assert_eq!(begun.is_whole(), len == file.len());
            let start = left.get(..begun.bytes() as usize).expect("no more is kept than is there");
            let rest = export_rest(&database, &begun).expect("memory does not fail");
            assert!([start, &rest].concat() == file, "cut off at {len}");
            kept.push(begun.bytes());
        }
    }
    kept.dedup();
    assert!(kept.len() > 10, "{kept:?}");
}

#[test]
fn an_export_does_not_touch_other_files() {
    let content = many(3);
    let (database, version) = committed(&content);
    let nothing = Begun::nothing(version.root);
    let refused = |file: &[u8]| nothing.clone().find(file).expect_err("it is another");
    assert!(matches!(refused(b"a letter"), StateFileError::OtherFormat));
    assert!(matches!(refused(b"torr state 2\n"), StateFileError::OtherFormat));
    let other = file_of(&many(4), 1 << 20);
    assert!(matches!(
        refused(&other),
        StateFileError::OtherRoot { expected, found }
            if expected == version.root && found == reference_root(&many(4))
    ));
    let mut file = export_rest(&database, &nothing).expect("memory does not fail");
    file.push(0);
    assert!(matches!(refused(&file), StateFileError::Continues));
    file[50] ^= 1;
    assert!(matches!(refused(&file), StateFileError::DamagedHeader));
    let begun = Begun::nothing(EMPTY_ROOT);
    assert!(matches!(export_rest(&database, &begun), Err(StateFileError::OtherRoot { .. })));
}

#[test]
fn what_is_too_long_for_a_file_is_said_to_be() {
    let trie_of = |key: Vec<u8>, value: Vec<u8>| {
        let mut state = PartialState::default();
        let empty = Trie::with_root(PartialState::default(), EMPTY_ROOT);
        let mut update = empty.update();
        update.insert(&key, &value).expect("nothing is read");
        let changes = update.finish().expect("nothing is read").into_changes();
        changes.insertions.into_iter().for_each(|it| state.insert(it.bytes));
        let trie = Trie::with_root(state, changes.new_root);
        export(&trie, &Begun::nothing(changes.new_root), &mut io::sink(), |_| ())
    };
    assert!(trie_of(vec![1; LONGEST_KEY], vec![]).is_ok());
    let length = LONGEST_KEY + 1;
    let refused = trie_of(vec![1; length], vec![]);
    assert!(matches!(refused, Err(StateFileError::KeyTooLong { length: l }) if l == length));
    let length = LONGEST_VALUE + 1;
    let refused = trie_of(vec![1], vec![0; length]);
    assert!(
        matches!(refused, Err(StateFileError::ValueTooLong { key, length: l }) if l == length && key == [1])
    );
}

#[test]
fn no_changed_byte_and_no_other_length_is_taken() {
    let content = many(25);
    let file = file_of(&content, FRAME_LEN);
    let expected = all(&committed(&content).0);
    let check = |damaged: &[u8], place: usize| {
        let database = memory();
        assert!(import_into(&database, damaged).is_err(), "{place}");
        assert_eq!(open(&database).versions().expect("it can be read"), []);
        // Either what came in is a beginning of the whole file, or nothing came in.
        import_into(&database, &file).unwrap_or_else(|error| panic!("{place}: {error}"));
        assert!(all(&database) == expected, "{place}");
        let database = memory();
        assert!(import_into(&database, damaged).is_err(), "{place}");
        give_up(&database);
    };
    for place in (0..file.len()).filter(|place| place % 5 == 0 || *place < 120) {
        let mut damaged = file.clone();
        damaged[place] ^= 1 << (place % 8);
        check(&damaged, place);
    }
    for len in (0..file.len()).step_by(7) {
        check(&file[..len], len);
    }
    check(&[&file[..], &[0]].concat(), file.len());
    check(&[&file[..], &file].concat(), file.len());
}

#[test]
fn frames_that_are_not_as_they_have_to_be_are_refused() {
    let frame = |entries: &[(&[u8], &[u8])]| AnyFrame::of(entries.iter().copied());
    let (one, two) = (frame(&[(b"a", b"1")]), frame(&[(b"b", &[2; 60])]));
    let said = |length, count| AnyFrame { length, count, bytes: one.bytes.clone() };
    let cases: Vec<(&[AnyFrame], u64, BadFrame)> = vec![
        (&[], 1, BadFrame::OtherTotal { claimed: 1, found: 0 }),
        (std::slice::from_ref(&one), 2, BadFrame::OtherTotal { claimed: 2, found: 1 }),
    ];
    for (frames, total, expected) in cases {
        expect_bad(&sealed(EMPTY_ROOT, frames, total), frames.len() as u64, expected);
    }
    let entry = |key_len: u32, value_len: u32| {
        let bytes = [&key_len.to_le_bytes()[..], b"k", &value_len.to_le_bytes(), b"v"].concat();
        AnyFrame { length: bytes.len() as u32, count: 1, bytes }
    };
    let cases = [
        (vec![frame(&[])], 0, BadFrame::Empty),
        (vec![said(10, 0)], 0, BadFrame::Empty),
        (vec![said(u32::MAX, 1)], 0, BadFrame::TooLong { length: u32::MAX }),
        (vec![said(u32::MAX, u32::MAX)], 0, BadFrame::TooLong { length: u32::MAX }),
        (vec![said(65, 2)], 0, BadFrame::TooLong { length: 65 }),
        (vec![said(10, 2)], 0, BadFrame::Uneven),
        (vec![said(1 << 20, 1)], 0, BadFrame::TooShort),
        (vec![entry(1, 2)], 0, BadFrame::Uneven),
        (vec![entry(1, 0)], 0, BadFrame::Uneven),
        (vec![entry(65_537, 1)], 0, BadFrame::KeyTooLong { length: 65_537 }),
        (vec![entry(1, u32::MAX)], 0, BadFrame::ValueTooLong { length: u32::MAX }),
        (vec![frame(&[(b"b", b""), (b"a", b"")])], 0, BadFrame::KeyOutOfOrder),
        (vec![frame(&[(b"b", b""), (b"b", b"")])], 0, BadFrame::KeyOutOfOrder),
        (vec![two.clone(), one.clone()], 1, BadFrame::KeyOutOfOrder),
        (vec![one.clone(), frame(&[(b"b", b"")])], 1, BadFrame::OtherPlace),
    ];
    for (frames, number, expected) in cases {
        expect_bad(&sealed(EMPTY_ROOT, &frames, 9), number, expected);
    }
    let file = sealed(EMPTY_ROOT, &[one, two], 2);
    let head = 13 + 32 + 32;
    let mut other_kind = file.clone();
    other_kind[head] = 2;
    expect_bad(&other_kind, 0, BadFrame::UnknownKind { kind: 2 });
    // The second frame in the place of the first.
    let first_len = 9 + 10 + 32;
    let moved = [&file[..head], &file[head + first_len..]].concat();
    expect_bad(&moved, 0, BadFrame::OtherHash);
    expect_bad(&file[..head + first_len], 1, BadFrame::TooShort);
}

fn expect_bad(file: &[u8], number: u64, reason: BadFrame) {
    let database = memory();
    let refused = import_into(&database, file);
    assert!(
        matches!(refused, Err(StateFileError::BadFrame { number: n, reason: r })
            if (n, r) == (number, reason)),
        "{reason:?}: {refused:?}"
    );
    give_up(&database);
}

/// A reader that sees how much room is kept for what it has.
struct Watched<'b> {
    bytes: &'b [u8],
    most: usize,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.most = self.most.max(buffer.len());
        self.bytes.read(buffer)
    }
}

#[test]
fn a_length_that_is_only_claimed_keeps_no_room() {
    let bytes = vec![0; 10];
    let length = LONGEST_VALUE as u32;
    let file = sealed(EMPTY_ROOT, &[AnyFrame { length, count: 1, bytes }], 1);
    let mut watched = Watched { bytes: &file, most: 0 };
    let mut reader = StateFileReader::open(&mut watched).expect("the header is right");
    let refused = reader.next_frame();
    let reason = BadFrame::TooShort;
    assert!(
        matches!(refused, Err(StateFileError::BadFrame { number: 0, reason: r }) if r == reason)
    );
    drop(reader);
    assert!(watched.most <= 1 << 16, "{}", watched.most);
}

#[test]
fn an_import_is_of_one_file_into_a_shard_without_versions() {
    let (content, other) = (many(60), many(61));
    let (file, other_file) = (file_of(&content, FRAME_LEN), file_of(&other, FRAME_LEN));
    let database = memory();
    let cut = import_into(&database, &file[..file.len() - 1]);
    assert!(matches!(cut, Err(StateFileError::BadFrame { reason: BadFrame::TooShort, .. })));
    let state = open(&database);
    let begun = state.unfinished_import().expect("it can be read").expect("it was begun");
    assert!(begun.position.parts > 8 && begun.root != EMPTY_ROOT);

    // Nothing else gets between.
    let refused = import_into(&database, &other_file);
    assert!(matches!(refused, Err(StateFileError::State(StateError::OtherImport))));
    let refused = commit(&state, None, HEIGHT, &Map::new(), &other);
    assert!(matches!(refused, Err(StateError::ImportUnfinished)));
    let _ = state.collect(1_000).expect("it can be written");
    assert_eq!(state.retain_latest(1).expect("it can be written"), 0);

    let version = import_into(&database, &file).expect("it is whole");
    assert_eq!(all(&database), all(&committed(&content).0));
    assert_eq!(import_into(&database, &file).expect("it was done"), version);
    let refused = import_into(&database, &other_file);
    assert!(matches!(refused, Err(StateFileError::State(StateError::HasVersions))));
    assert!(!state.give_up_import().expect("there is none"));

    // What is left of removed versions is no hindrance.
    state.remove_all().expect("it can be written");
    let version = import_into(&database, &other_file).expect("there is no version");
    assert_eq!(version.root, reference_root(&other));
    assert_eq!(open(&database).versions().expect("it can be read"), [version]);
}

#[test]
fn an_import_is_given_up_with_all_versions() {
    let file = file_of(&many(60), FRAME_LEN);
    let database = memory();
    assert!(import_into(&database, &file[..file.len() - 1]).is_err());
    let state = open(&database);
    state.remove_all().expect("it can be written");
    while state.collect(3).expect("it can be written") == Collection::Unfinished {}
    expect_nothing(&database);
    commit(&state, None, HEIGHT, &Map::new(), &many(2)).expect("nothing is in the way");
}

/// A file whose root is that of another state.
fn lying_file() -> Vec<u8> {
    let content = many(40);
    let mut frames = Vec::new();
    let mut reader_of = |file: &[u8]| {
        let mut reader = StateFileReader::open(file).expect("it is one").with_frame_len(FRAME_LEN);
        while let Some(frame) = reader.next_frame().expect("it is whole") {
            frames.push(AnyFrame::of(frame.entries()));
        }
    };
    reader_of(&file_of(&content, FRAME_LEN));
    sealed(CryptoHash::of(b"another"), &frames, content.len() as u64)
}

#[test]
fn content_of_another_root_leaves_nothing() {
    let database = memory();
    let refused = import_into(&database, &lying_file());
    let found = reference_root(&many(40));
    assert!(matches!(
        refused,
        Err(StateFileError::State(StateError::OtherContent { expected, found: f }))
            if expected == CryptoHash::of(b"another") && f == found
    ));
    expect_nothing(&database);
    import_into(&database, &file_of(&many(40), FRAME_LEN)).expect("the shard is empty");
}

const ALL_KINDS: &[fn(u64) -> Fault] = &[Fault::Error, Fault::KillBefore, Fault::KillAfter];

/// Does some work on what is in a database with a fault at each operation, or at one in `stride`, and then
/// what `again` does without. Gives the number of points.
fn sweep<T, E>(
    before: &[Stored],
    stride: usize,
    work: impl Fn(&Arc<dyn Database>) -> Result<T, E>,
    again: impl Fn(&Arc<dyn Database>, Fault),
) -> u64 {
    let counting = Arc::new(FaultyDatabase::new(restored(before), Fault::None));
    let _ = work(&(Arc::clone(&counting) as Arc<dyn Database>));
    let mut points = 0;
    for at in (0..counting.operations()).step_by(stride) {
        for kind in ALL_KINDS {
            let database = restored(before);
            let fault = kind(at);
            let faulty = FaultyDatabase::new(Arc::clone(&database), fault);
            assert!(work(&(Arc::new(faulty) as Arc<dyn Database>)).is_err(), "{fault:?}");
            again(&database, fault);
            points += 1;
        }
    }
    points
}

#[test]
fn an_import_that_fails_at_any_operation_is_gone_on_with() {
    let content = many(60);
    let file = file_of(&content, FRAME_LEN);
    let (done, version) = committed(&content);
    let done = all(&done);
    let points = sweep(
        &[],
        1,
        |database| import_into(database, &file),
        |database, fault| {
            let versions = open(database).versions().expect("it can be read");
            assert!(versions.is_empty() || versions == [version], "{fault:?}");
            import_into(database, &file).unwrap_or_else(|error| panic!("{fault:?}: {error}"));
            assert!(all(database) == done, "{fault:?}");
        },
    );
    assert!(points > 100, "{points}");
}

#[test]
fn an_import_that_is_given_up_at_any_operation_leaves_nothing() {
    let file = file_of(&many(60), FRAME_LEN);
    let half = memory();
    assert!(import_into(&half, &file[..file.len() - 1]).is_err());
    let before = all(&half);
    let work = |database: &Arc<dyn Database>| {
        let state = ShardState::open(Arc::clone(database), SHARD)?;
        state.give_up_import()?;
        while state.collect(usize::MAX)? == Collection::Unfinished {}
        Ok::<_, StateError>(())
    };
    let points = sweep(&before, 3, work, |database, _| give_up(database));
    assert!(points > 50, "{points}");
}

#[test]
fn content_of_another_root_leaves_nothing_whatever_fails() {
    let file = lying_file();
    let undisturbed = memory();
    let _ = import_into(&undisturbed, &file);
    // Every import of it fails, so what counts is what is left.
    let points = sweep(
        &[],
        5,
        |database| import_into(database, &file),
        |database, fault| {
            let refused = import_into(database, &file);
            let is_refused =
                matches!(refused, Err(StateFileError::State(StateError::OtherContent { .. })));
            assert!(is_refused, "{fault:?}: {refused:?}");
            expect_nothing(database);
        },
    );
    assert!(points > 50, "{points}");
}
