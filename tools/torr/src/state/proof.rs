//! `torr state proof` and `verify-proof`: what is under keys, for who has the root alone.

use super::choice::{VersionArguments, VersionReport};
use super::database::DatabaseArguments;
use super::entry::{EntryReport, KeyReport};
use super::error::StateError;
use super::key::{Key, parse_key};
use super::line;
use crate::bytes::visible;
use crate::cli::Verdict;
use crate::error::CliError;
use crate::figure::counted;
use crate::files;
use crate::output::{self, Format};
use crate::style::{BAD, DIM, GOOD, TITLE};
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use torr_crypto::hash::CryptoHash;
use torr_store::proof::{Claim, InvalidProofFile, ProofFile, Values};

/// Most that is read of a list of keys, in bytes.
const MOST_KEYS_BYTES: u64 = 64 << 20;

/// Writes a file that proves what is under keys to anyone who has the root
#[derive(Args)]
pub(super) struct ProofArguments {
    /// Keys: account:ID, code:ID, data:ID:KEY, key:ID:PUBLICKEY or hexadecimal digits
    #[arg(value_name = "KEY", value_parser = parse_key)]
    keys: Vec<Key>,
    /// Also the keys in FILE, one a line; `-` is the standard input
    #[arg(long, value_name = "FILE")]
    keys_from: Option<PathBuf>,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// Leave values out; their lengths and hashes are proven
    #[arg(long)]
    without_values: bool,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    version: VersionArguments,
}

#[derive(Debug, Serialize)]
struct ProofReport {
    file: String,
    bytes: u64,
    #[serde(flatten)]
    version: VersionReport,
    keys: u64,
    /// Of them, those under which nothing is.
    absent: u64,
    nodes: u64,
}

pub(super) fn proof(arguments: &ProofArguments, format: Format) -> Result<Verdict, CliError> {
    let keys = keys_of(arguments)?;
    let report = write_proof(arguments, &keys)?;
    output::print(format, &report, proof_text)?;
    Ok(Verdict::Good)
}

fn keys_of(arguments: &ProofArguments) -> Result<Vec<Vec<u8>>, CliError> {
    let mut keys: Vec<_> = arguments.keys.iter().map(|Key(key)| key.clone()).collect();
    if let Some(path) = &arguments.keys_from {
        let text = files::read_text(path, "a list of keys", MOST_KEYS_BYTES)?;
        for (index, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            let Key(key) = parse_key(text.trim()).map_err(|source| StateError::KeyInFile {
                path: path.clone(),
                line: index + 1,
                source,
            })?;
            keys.push(key);
        }
    }
    if keys.is_empty() { Err(StateError::NoKeys.into()) } else { Ok(keys) }
}

fn write_proof(arguments: &ProofArguments, keys: &[Vec<u8>]) -> Result<ProofReport, StateError> {
    let snapshot = arguments.database.open()?.snapshot()?;
    let version = arguments.version.choose(&snapshot)?;
    let values = if arguments.without_values { Values::ByReference } else { Values::Included };
    let proof = snapshot.trie_at(version.number)?.prove_to_file(keys, values)?;
    let bytes = proof.encode()?;
    let path = &arguments.out;
    files::replace(path, |file| file.write_all(&bytes)).map_err(|source| StateError::File {
        action: "write",
        path: path.clone(),
        source,
    })?;
    let absent = proof.claims.values().filter(|claim| **claim == Claim::Absent).count();
    Ok(ProofReport {
        file: path.display().to_string(),
        bytes: bytes.len() as u64,
        version: VersionReport::new(&version),
        keys: proof.claims.len() as u64,
        absent: absent as u64,
        nodes: proof.proof.nodes.len() as u64,
    })
}

fn proof_text(report: &ProofReport) -> String {
    let ProofReport { file, bytes, version, keys, absent, nodes } = report;
    let mut text = format!("{GOOD}✓{GOOD:#} wrote {TITLE}{}{TITLE:#}\n", visible(file));
    text += &line("root", version.root);
    let absent = if *absent > 0 { format!(", {absent} of them absent") } else { String::new() };
    text += &line("proves", counted(*keys, "key") + &absent);
    text += &line("size", format!("{} in {}", counted(*bytes, "byte"), counted(*nodes, "node")));
    text
}

/// Checks a file that proves what is under keys, and shows that; exits with 1 if it is refused
#[derive(Args)]
pub(super) struct VerifyProofArguments {
    /// The proof, as `torr state proof` writes it; `-` is the standard input
    file: PathBuf,
    /// The root that is trusted [default: the file's own, which then is to be compared]
    #[arg(long, value_name = "HASH")]
    root: Option<CryptoHash>,
}

#[derive(Debug, Serialize)]
struct VerifyProofReport {
    /// Whether the file proves what it says.
    proven: bool,
    /// Under which root; none if the file cannot be read and none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<CryptoHash>,
    /// Whether the root was given, not taken from the file.
    root_is_trusted: bool,
    /// What is proven.
    entries: Vec<ProvenReport>,
    /// Why the file is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// What is proven of a key: an entry, or the value's length and hash.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ProvenReport {
    Entry(Box<EntryReport>),
    Reference {
        #[serde(flatten)]
        key: KeyReport,
        len: u64,
        hash: CryptoHash,
    },
}

impl ProvenReport {
    fn new(key: &[u8], claim: &Claim) -> ProvenReport {
        match claim {
            Claim::Absent => ProvenReport::entry(key, None),
            Claim::Value(value) => ProvenReport::entry(key, Some(value)),
            Claim::Reference(value) => ProvenReport::Reference {
                key: KeyReport::new(key),
                len: u64::from(value.length),
                hash: value.hash,
            },
        }
    }

    fn entry(key: &[u8], value: Option<&[u8]>) -> ProvenReport {
        ProvenReport::Entry(Box::new(EntryReport::new(key, value)))
    }

    fn text(&self) -> String {
        match self {
            ProvenReport::Entry(entry) => entry.text(),
            ProvenReport::Reference { key, len, hash } => {
                let len = counted(*len, "byte");
                format!("  {}\n    {len} with hash {hash}\n", key.text())
            }
        }
    }
}

pub(super) fn verify_proof(
    arguments: &VerifyProofArguments,
    format: Format,
) -> Result<Verdict, CliError> {
    let limit = ProofFile::USUAL_LIMIT;
    let bytes = files::read(&arguments.file, "a proof", limit as u64)?;
    let trusted = arguments.root;
    let (root, entries) = match ProofFile::decode(&bytes, limit) {
        Ok(proof) => {
            let root = trusted.unwrap_or(proof.root);
            (Some(root), proven(&proof, root))
        }
        Err(problem) => (trusted, Err(problem)),
    };
    let (entries, problem) = match entries {
        Ok(entries) => (entries, None),
        Err(problem) => (Vec::new(), Some(problem.to_string())),
    };
    let (proven, root_is_trusted) = (problem.is_none(), trusted.is_some());
    let report = VerifyProofReport { proven, root, root_is_trusted, entries, problem };
    output::print(format, &report, verify_proof_text)?;
    Ok(if report.proven { Verdict::Good } else { Verdict::Bad })
}

fn proven(proof: &ProofFile, root: CryptoHash) -> Result<Vec<ProvenReport>, InvalidProofFile> {
    let claims = proof.verify(root)?;
    Ok(claims.iter().map(|(key, claim)| ProvenReport::new(key, claim)).collect())
}

fn verify_proof_text(report: &VerifyProofReport) -> String {
    let root = report.root.map(|root| root.to_string()).unwrap_or_default();
    if let Some(problem) = &report.problem {
        let mut text = format!("{BAD}✗{BAD:#} the proof is {BAD}refused{BAD:#}\n");
        text += &line("problem", problem);
        return text;
    }
    let count = counted(report.entries.len() as u64, "key");
    let mut text =
        format!("{GOOD}✓{GOOD:#} proven under {TITLE}{root}{TITLE:#} {DIM}{count}{DIM:#}\n");
    text += &report.entries.iter().map(ProvenReport::text).collect::<String>();
    if !report.root_is_trusted {
        text += &output::hint(
            "the root is the file's own: compare it with one from who you trust, or give that by --root",
        );
    }
    text
}
