//! The disk cache under ordinary and extraordinary treatment.

use super::{CacheError, DiskCache};
use std::fs;
use std::io::Read;
use std::path::Path;
use torr_crypto::hash::CryptoHash;

/// More than any test here puts.
const ENOUGH: u64 = 1 << 20;

fn key(name: &str) -> CryptoHash {
    CryptoHash::of(name.as_bytes())
}

fn open(folder: &tempfile::TempDir, quota: u64) -> DiskCache {
    DiskCache::open(folder.path().join("cache"), quota).expect("a new folder")
}

/// Module and description under the key of this name.
fn got(cache: &DiskCache, name: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let stored = cache.get(&key(name)).unwrap()?;
    let mut module = Vec::new();
    stored.file.take(stored.module_len).read_to_end(&mut module).unwrap();
    Some((module, stored.description))
}

fn pair(module: &[u8], description: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    Some((module.to_vec(), description.to_vec()))
}

#[test]
fn what_was_put_is_got() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = open(&folder, ENOUGH);
    assert_eq!(got(&cache, "a"), None);
    cache.put(&key("a"), b"first", b"1").unwrap();
    cache.put(&key("a"), b"second", b"2").unwrap();
    cache.put(&key("empty"), b"", b"").unwrap();
    let long = vec![7; 300_000];
    cache.put(&key("long"), &long, &long).unwrap();
    let again = open(&folder, ENOUGH);
    assert_eq!(got(&again, "a"), pair(b"second", b"2"));
    assert_eq!(got(&again, "empty"), pair(b"", b""));
    assert_eq!(got(&again, "long"), pair(&long, &long));
    assert_eq!(got(&again, "b"), None);
}

/// Every bit flipped, every truncation, and a file under another's name are noticed, removed, and
/// can be put again.
#[test]
fn damage_is_noticed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = open(&folder, ENOUGH);
    let path = cache.path(&key("a"));
    cache.put(&key("a"), b"module", b"description").unwrap();
    let good = fs::read(&path).unwrap();
    let flips = (0..good.len() * 8).map(|bit| {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    });
    let cuts = (0..good.len()).map(|len| good[..len].to_vec());
    let longer = [[&good[..], b"0"].concat(), [b"0", &good[..]].concat()];
    for bad in flips.chain(cuts).chain(longer) {
        fs::write(&path, &bad).unwrap();
        assert_eq!(got(&cache, "a"), None);
        assert!(!path.exists());
    }
    fs::write(cache.path(&key("b")), &good).unwrap();
    assert_eq!(got(&cache, "b"), None);
    cache.put(&key("a"), b"module", b"description").unwrap();
    assert_eq!(got(&cache, "a"), pair(b"module", b"description"));
}

/// The length of each part is under the checksum, not only all bytes together.
#[test]
fn bytes_do_not_move_from_part_to_part() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = open(&folder, ENOUGH);
    cache.put(&key("a"), b"ab", b"c").unwrap();
    let path = cache.path(&key("a"));
    let mut bytes = fs::read(&path).unwrap();
    (bytes[3], bytes[11]) = (1, 2);
    fs::write(&path, &bytes).unwrap();
    assert_eq!(got(&cache, "a"), None);
}

#[cfg(unix)]
#[test]
fn only_a_private_folder_will_do() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = open(&folder, ENOUGH);
    cache.put(&key("a"), b"module", b"").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("cache")), 0o700);
    assert_eq!(mode(&cache.path(&key("a"))), 0o600);

    let open_to_all = folder.path().join("open");
    fs::create_dir(&open_to_all).unwrap();
    fs::set_permissions(&open_to_all, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(matches!(DiskCache::open(open_to_all, ENOUGH), Err(CacheError::NotPrivate { .. })));

    let link = folder.path().join("link");
    symlink(folder.path().join("cache"), &link).unwrap();
    assert!(matches!(DiskCache::open(link, ENOUGH), Err(CacheError::NotAFolder { .. })));

    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    assert!(matches!(DiskCache::open(file, ENOUGH), Err(CacheError::Io { .. })));
}

/// A link to an artifact is not followed, wherever it leads.
#[cfg(target_os = "linux")]
#[test]
fn links_are_not_followed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = open(&folder, ENOUGH);
    cache.put(&key("a"), b"module", b"").unwrap();
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(cache.path(&key("a")), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, cache.path(&key("a"))).unwrap();
    assert!(matches!(cache.get(&key("a")), Err(CacheError::Io { .. })));
}

#[test]
fn nothing_half_written_stays() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = open(&folder, ENOUGH);
    // A folder in the place of the file makes the last step of writing fail.
    fs::create_dir(cache.path(&key("a"))).unwrap();
    assert!(cache.put(&key("a"), b"module", b"").is_err());
    let names: Vec<_> = fs::read_dir(&cache.folder).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(names, [cache.path(&key("a"))]);
}

/// What was used least recently goes first, and what is in use stays readable.
#[test]
fn the_folder_stays_below_its_quota() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = open(&folder, 10_000);
    let module = vec![1; 1_000];
    for name in ["0", "1", "2", "3", "4", "5", "6", "7"] {
        cache.put(&key(name), &module, b"").unwrap();
    }
    let in_use = cache.get(&key("0")).unwrap().expect("it was put");
    // Times of files can be coarser than this test is fast.
    age(&cache, "1", 20);
    age(&cache, "2", 10);
    for name in ["8", "9", "10"] {
        cache.put(&key(name), &module, b"").unwrap();
    }
    let used: u64 = super::entries(&cache.folder).unwrap().iter().map(|entry| entry.len).sum();
    assert!(used <= 10_000, "{used}");
    assert_eq!(got(&cache, "1"), None);
    assert!(got(&cache, "0").is_some() && got(&cache, "10").is_some());
    drop(in_use);
    // One that does not fit at all is not kept, and nothing goes for it.
    cache.put(&key("huge"), &[0; 20_000], b"").unwrap();
    assert_eq!(got(&cache, "huge"), None);
    assert!(got(&cache, "10").is_some());
}

/// Makes an artifact so many seconds older.
fn age(cache: &DiskCache, name: &str, seconds: u64) {
    let file = fs::File::options().write(true).open(cache.path(&key(name))).unwrap();
    let used_at = file.metadata().unwrap().modified().unwrap();
    file.set_modified(used_at - std::time::Duration::from_secs(seconds)).unwrap();
}
