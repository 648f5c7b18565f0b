//! The disk cache under ordinary and extraordinary treatment.

use super::{CacheError, DiskCache};
use std::fs;
use torr_crypto::hash::CryptoHash;

fn key(name: &str) -> CryptoHash {
    CryptoHash::of(name.as_bytes())
}

fn open(folder: &tempfile::TempDir) -> DiskCache {
    DiskCache::open(folder.path().join("cache")).expect("a new folder")
}

#[test]
fn what_was_put_is_got() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = open(&folder);
    assert_eq!(cache.get(&key("a")).unwrap(), None);
    cache.put(&key("a"), b"first").unwrap();
    cache.put(&key("a"), b"second").unwrap();
    cache.put(&key("empty"), b"").unwrap();
    let again = open(&folder);
    assert_eq!(again.get(&key("a")).unwrap().as_deref(), Some(&b"second"[..]));
    assert_eq!(again.get(&key("empty")).unwrap().as_deref(), Some(&b""[..]));
    assert_eq!(again.get(&key("b")).unwrap(), None);
}

/// Every bit flipped, every truncation, and a file under another's name are noticed, removed, and
/// can be put again.
#[test]
fn damage_is_noticed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = open(&folder);
    let path = cache.path(&key("a"));
    cache.put(&key("a"), b"content").unwrap();
    let good = fs::read(&path).unwrap();
    let flips = (0..good.len() * 8).map(|bit| {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    });
    let cuts = (0..good.len()).map(|len| good[..len].to_vec());
    for bad in flips.chain(cuts) {
        fs::write(&path, &bad).unwrap();
        assert_eq!(cache.get(&key("a")).unwrap(), None);
        assert!(!path.exists());
    }
    fs::write(cache.path(&key("b")), &good).unwrap();
    assert_eq!(cache.get(&key("b")).unwrap(), None);
    cache.put(&key("a"), b"content").unwrap();
    assert_eq!(cache.get(&key("a")).unwrap().as_deref(), Some(&b"content"[..]));
}

#[cfg(unix)]
#[test]
fn only_a_private_folder_will_do() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = open(&folder);
    cache.put(&key("a"), b"content").unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("cache")), 0o700);
    assert_eq!(mode(&cache.path(&key("a"))), 0o600);

    let open_to_all = folder.path().join("open");
    fs::create_dir(&open_to_all).unwrap();
    fs::set_permissions(&open_to_all, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(matches!(DiskCache::open(open_to_all), Err(CacheError::NotPrivate { .. })));

    let link = folder.path().join("link");
    symlink(folder.path().join("cache"), &link).unwrap();
    assert!(matches!(DiskCache::open(link), Err(CacheError::NotAFolder { .. })));

    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    assert!(matches!(DiskCache::open(file), Err(CacheError::Io { .. })));
}

#[test]
fn nothing_half_written_stays() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = open(&folder);
    // A folder in the place of the file makes the last step of writing fail.
    fs::create_dir(cache.path(&key("a"))).unwrap();
    assert!(cache.put(&key("a"), b"content").is_err());
    let names: Vec<_> = fs::read_dir(&cache.folder).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(names, [cache.path(&key("a"))]);
}
