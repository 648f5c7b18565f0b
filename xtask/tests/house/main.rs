//! The rules of the house that no compiler checks: who may import whom, where `unsafe` may stand,
//! what protocol code may not read, and that a host function stands in one place.
//!
//! Each rule is a list in this folder. A change that breaks one changes the list in the same commit
//! and says why; `docs/architecture.md` explains the rules.

mod code_text;
mod host_functions;
mod layers;
mod sources;

use std::path::{Path, PathBuf};

/// The root of the repository.
fn repository() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("xtask is a folder of the repository")
}

/// All Rust files below `folder` of the repository, by path, in order.
fn rust_files(folder: &str) -> Vec<SourceFile> {
    let mut folders = vec![repository().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(SourceFile::read(&path));
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// A Rust file of the repository.
struct SourceFile {
    /// Its path from the root, with `/` between the parts.
    name: String,
    text: String,
}

impl SourceFile {
    fn read(path: &PathBuf) -> SourceFile {
        let name = path.strip_prefix(repository()).expect("it is below the root");
        let parts = name.components().map(|part| part.as_os_str().to_string_lossy());
        let text = std::fs::read_to_string(path).expect("sources are UTF-8");
        SourceFile { name: parts.collect::<Vec<_>>().join("/"), text }
    }

    /// Whether the file is not part of what users build: tests beside the code, integration tests,
    /// examples and benchmarks.
    fn is_test(&self) -> bool {
        self.name.split('/').any(|part| {
            matches!(part, "tests" | "tests.rs" | "case_file.rs" | "examples" | "benches")
        })
    }
}

/// Fails with the list of what broke a rule.
#[track_caller]
fn no_one_breaks(rule: &str, culprits: &[String]) {
    assert!(culprits.is_empty(), "{rule}\n  {}\n", culprits.join("\n  "));
}
