//! The cache as callers see it: what one runner compiled another finds, damage costs a compilation
//! and no call, and outcomes are the same with any cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use torr_testkit::counting::CountingEngine;
use torr_testkit::{contracts, world};
use torr_vm_logic::error::ContractError;
use torr_vm_logic::outcome::Outcome;
use torr_vm_runner::{CacheConfig, Code, EngineKind, Policy, Runner};

/// A runner on a new engine, with the engine to ask for its count.
fn runner(kind: EngineKind, folder: Option<&Path>) -> (Runner, Arc<CountingEngine>) {
    let engine = CountingEngine::new(kind);
    let cache = CacheConfig { folder: folder.map(Path::to_owned), ..CacheConfig::default() };
    let runner = Runner::with_policy(Arc::clone(&engine) as _, Policy::default(), cache)
        .expect("a private folder");
    (runner, engine)
}

fn run(runner: &Runner, code: &Code) -> Outcome {
    runner
        .run(code, "get", &mut world::chain(), &world::context(), &world::config())
        .expect("the node can go on")
}

fn code() -> Code {
    Code::new(contracts::C_KV_STORE)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of the cache");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// A folder that the cache may make.
fn folder(parent: &tempfile::TempDir) -> PathBuf {
    parent.path().join("artifacts")
}

#[test]
fn what_one_runner_compiled_another_finds() {
    for &kind in EngineKind::ALL {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = folder(&parent);
        let (first, engine) = runner(kind, Some(&folder));
        let outcome = run(&first, &code());
        assert_eq!(run(&first, &code()), outcome);
        assert_eq!(engine.compilations(), 1, "{kind}");

        let (second, engine) = runner(kind, Some(&folder));
        assert_eq!(run(&second, &code()), outcome);
        assert_eq!(engine.compilations(), 0, "{kind}");

        let (without, engine) = runner(kind, None);
        assert_eq!(run(&without, &code()), outcome);
        assert_eq!(engine.compilations(), 1, "{kind}");
    }
}

#[test]
fn a_damaged_artifact_is_compiled_again() {
    for &kind in EngineKind::ALL {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = folder(&parent);
        let outcome = run(&runner(kind, Some(&folder)).0, &code());
        let [file] = files(&folder).try_into().expect("one file an artifact");
        let whole = fs::read(&file).expect("the artifact");
        let flipped = |at: usize| {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            bytes
        };
        let half = whole[..whole.len() / 2].to_vec();
        let longer = [&whole[..], b"0"].concat();
        for bytes in [flipped(0), flipped(whole.len() - 1), half, Vec::new(), longer] {
            fs::write(&file, &bytes).expect("the artifact can be damaged");
            let (again, engine) = runner(kind, Some(&folder));
            assert_eq!(run(&again, &code()), outcome);
            assert_eq!(engine.compilations(), 1, "{kind}");
            assert_eq!(files(&folder), std::slice::from_ref(&file));
            let (after, engine) = runner(kind, Some(&folder));
            assert_eq!(run(&after, &code()), outcome);
            assert_eq!(engine.compilations(), 0, "{kind}: the artifact was not put back");
        }
    }
}

/// Refusing code takes as long as preparing it, so that is kept too.
#[test]
fn a_rejection_is_kept() {
    for &kind in EngineKind::ALL {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = folder(&parent);
        let refused = Code::new(*b"no module");
        let outcome = run(&runner(kind, Some(&folder)).0, &refused);
        assert!(matches!(outcome.error, Some(ContractError::CompilationError(_))), "{outcome:?}");
        let kept = files(&folder);
        assert_eq!(kept.len(), 1);
        let before = fs::read(&kept[0]).expect("the artifact");

        let (second, engine) = runner(kind, Some(&folder));
        assert_eq!(run(&second, &refused), outcome);
        assert_eq!(engine.compilations(), 0);
        assert_eq!(files(&folder), kept);
        assert_eq!(fs::read(&kept[0]).expect("the artifact"), before);
    }
}

/// Engines do not take each other's artifacts.
#[test]
fn engines_share_a_folder() {
    let parent = tempfile::tempdir().expect("a temporary folder");
    let folder = folder(&parent);
    let outcomes: Vec<_> =
        EngineKind::ALL.iter().map(|kind| run(&runner(*kind, Some(&folder)).0, &code())).collect();
    assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(files(&folder).len(), EngineKind::ALL.len());
}

/// Runners in one folder at the same time read whole artifacts or none.
#[test]
fn runners_share_a_folder() {
    for &kind in EngineKind::ALL {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = folder(&parent);
        let expected = run(&runner(kind, None).0, &code());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        assert_eq!(run(&runner(kind, Some(&folder)).0, &code()), expected);
                    }
                });
            }
        });
        assert_eq!(files(&folder).len(), 1, "nothing temporary stays");
    }
}

/// A folder that was taken away, or cannot be written, costs compilations and no call.
#[test]
fn a_lost_folder_is_no_failure() {
    for &kind in EngineKind::ALL {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = folder(&parent);
        let (runner, engine) = runner(kind, Some(&folder));
        fs::remove_dir(&folder).expect("an empty folder");
        assert_eq!(run(&runner, &code()), run(&self::runner(kind, None).0, &code()));
        assert_eq!(engine.compilations(), 1);
    }
}

/// However little memory there is for it, the cache changes no outcome.
#[test]
fn a_small_cache_changes_nothing() {
    for &kind in EngineKind::ALL {
        let expected = run(&runner(kind, None).0, &code());
        for memory_bytes in [0, 1, 10_000] {
            let runner = Runner::new(kind, CacheConfig { memory_bytes, ..CacheConfig::default() })
                .expect("nothing to open");
            for _ in 0..3 {
                assert_eq!(run(&runner, &code()), expected);
            }
        }
    }
}
