//! The figures as a table of Markdown, and its place in the documentation.

use crate::Failure;
use crate::figures::Figures;
use std::fs;
use std::path::Path;

/// The lines between which the table stands in a chapter.
pub(crate) const BEGIN: &str = "<!-- store: begin -->";
pub(crate) const END: &str = "<!-- store: end -->";

/// A row: what it is, and its figure of a store.
type Row = (&'static str, fn(&Figures) -> Option<f64>);

/// Rows of what each store has, in microseconds per key if nothing else is said.
const ROWS: &[Row] = &[
    ("insert, up to the root and changes", |f| f.insert),
    ("update, likewise", |f| f.update),
    ("update of keys not touched before", |f| f.update_first),
    ("update, on all threads", |f| f.update_parallel),
    ("delete, likewise", |f| f.delete),
    ("commit of a batch of updates", |f| f.commit),
    ("taking away the version before", |f| f.collect),
    ("read through the trie", |f| f.read),
    ("read through the trie, a batch together", |f| f.read_together),
    ("read beside the trie (flat)", |f| f.flat_read),
    ("read through the trie, cache of 8 MiB", |f| f.cold_read),
    ("read beside the trie, cache of 8 MiB", |f| f.cold_flat_read),
    ("loading into memory, one thread", |f| f.load),
    ("loading into memory, all threads", |f| f.load_parallel),
    ("bytes written for a byte changed", |f| f.amplification),
    ("memory for a key, bytes", |f| f.memory),
    ("proving, one by one", |f| Some(f.proofs?.prove)),
    ("proving, a batch together", |f| Some(f.proofs?.prove_together)),
    ("verifying, one by one", |f| Some(f.proofs?.verify)),
    ("verifying, a batch together", |f| Some(f.proofs?.verify_together)),
    ("proof of a key alone, bytes", |f| Some(f.proofs?.size)),
    ("proof of a key in a batch, bytes", |f| Some(f.proofs?.size_together)),
];

/// Figures of the reference implementation on a trie of a million keys, from its own measurement on a
/// machine of the same kind: with nodes in a map in memory, and with its trie in memory.
const REFERENCE: &[Figures] = &[
    Figures {
        store: "reference, in memory",
        insert: Some(13.0),
        update: Some(14.2),
        delete: Some(12.4),
        commit: Some(15.2),
        read: Some(2.5),
        ..NOTHING
    },
    Figures {
        store: "reference, by hash",
        insert: Some(12.9),
        update: Some(18.1),
        delete: Some(20.0),
        commit: Some(18.9),
        read: Some(17.9),
        ..NOTHING
    },
];

const NOTHING: Figures = Figures {
    store: "",
    keys: 1_000_000,
    insert: None,
    update: None,
    update_first: None,
    update_parallel: None,
    delete: None,
    read: None,
    read_together: None,
    flat_read: None,
    cold_read: None,
    cold_flat_read: None,
    commit: None,
    collect: None,
    amplification: None,
    memory: None,
    load: None,
    load_parallel: None,
    proofs: None,
};

/// A table for each number of keys.
pub(crate) fn text(all: &[Figures]) -> String {
    let mut sizes: Vec<u64> = all.iter().map(|figures| figures.keys).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut text = String::new();
    for keys in sizes {
        let columns = all.iter().filter(|figures| figures.keys == keys);
        let reference = REFERENCE.iter().filter(|figures| figures.keys == keys);
        text.push_str(&table(keys, &columns.chain(reference).collect::<Vec<_>>()));
    }
    text
}

fn table(keys: u64, columns: &[&Figures]) -> String {
    let names: Vec<_> = columns.iter().map(|figures| figures.store).collect();
    let mut text = format!(
        "\n| {keys} keys | {} |\n|---|{}\n",
        names.join(" | "),
        "---:|".repeat(names.len())
    );
    for (name, figure) in ROWS {
        let cells: Vec<_> = columns.iter().map(|figures| cell(figure(figures))).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            text.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
        }
    }
    text
}

fn cell(figure: Option<f64>) -> String {
    match figure {
        None => String::new(),
        Some(figure) if figure < 10.0 => format!("{figure:.2}"),
        Some(figure) if figure < 100.0 => format!("{figure:.1}"),
        Some(figure) => format!("{figure:.0}"),
    }
}

/// Replaces the table of a chapter.
pub(crate) fn write(path: &Path, table: &str) -> Result<(), Failure> {
    let failed = |source| Failure::File { path: path.to_owned(), source };
    let chapter = fs::read_to_string(path).map_err(failed)?;
    let place = chapter.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) = place.ok_or_else(|| Failure::NoPlace { path: path.to_owned() })?;
    fs::write(path, format!("{before}{BEGIN}\n{table}\n{END}{after}")).map_err(failed)
}
