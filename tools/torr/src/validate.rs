//! `torr validate`: checks the witnesses of a file, with nothing else at hand.
//!
//! A witness has all that its chunk reads of the state, so the chunk is applied to that, and has to come to
//! what the witness claims.

use crate::chain::{ChainError, Content, FileError, FrameReader, open_file};
use crate::cli::Verdict;
use crate::error::CliError;
use crate::figure::{counted, grouped};
use crate::output::{self, Format};
use crate::progress::Progress;
use crate::state::line;
use crate::style::{BAD, GOOD, TITLE};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;
use torr_crypto::hash::CryptoHash;
use torr_parameters::Parameters;
use torr_primitives::{BlockHeight, ShardId};
use torr_runtime::witness::{Validated, Witness, validate as validate_witness};
use torr_runtime::{Environment, Threads};
use torr_vm_runner::{CacheConfig, EngineKind, Runner};

/// Validates witnesses, without the state; exits with 1 if one is refused
///
/// Witnesses of a shard that follow one another have to fit together: each begins with the state that the
/// one before it came to.
#[derive(Args)]
pub(crate) struct ValidateArguments {
    /// The witnesses, a file as `torr apply --witness-out` writes it
    file: PathBuf,
    /// Threads that work on a chunk
    #[arg(long, value_name = "COUNT", default_value = "1")]
    threads: NonZeroUsize,
    /// The engine; all of them give the same result
    #[arg(long, default_value_t = EngineKind::ALL[0], value_name = "ENGINE")]
    engine: EngineKind,
    /// Do not tell how long it took, and show no progress: what is printed then follows from the file
    #[arg(long)]
    quiet: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct ValidateReport {
    /// Whether all were accepted.
    valid: bool,
    /// Hash of the genesis file that the chain is said to begin with.
    genesis: CryptoHash,
    /// Those that were accepted, up to the first that was not.
    witnesses: Vec<WitnessReport>,
    /// Why one was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    milliseconds: Option<u64>,
}

#[derive(Debug, Serialize)]
struct WitnessReport {
    height: BlockHeight,
    shard: ShardId,
    old_root: CryptoHash,
    new_root: CryptoHash,
    outcome_root: CryptoHash,
    outcomes: u64,
    gas_burnt: u64,
    /// Nodes and values of the state.
    proof_bytes: u64,
}

pub(crate) fn validate(arguments: &ValidateArguments) -> Result<Verdict, CliError> {
    let runner = Runner::new(arguments.engine, CacheConfig::default())?;
    let threads = Threads::new(arguments.threads).map_err(ChainError::from)?;
    let environment = Environment::new(&runner, &threads);
    let (file, len) = open_file(&arguments.file)?;
    let progress = if arguments.quiet { Progress::none() } else { Progress::of_blocks(len) };
    let failed = |source| ChainError::File { path: arguments.file.clone(), source };
    let mut reader = FrameReader::new(progress.reader(file), Content::Witnesses).map_err(failed)?;
    let begin = Instant::now();
    let mut report = ValidateReport {
        valid: true,
        genesis: reader.genesis(),
        witnesses: Vec::new(),
        refused: None,
        milliseconds: None,
    };
    loop {
        let witness = match reader.next_witness() {
            Ok(Some(witness)) => witness,
            Ok(None) => break,
            Err(FileError::Witness { source, .. }) => {
                report.refuse(source.to_string());
                break;
            }
            Err(error) => return Err(failed(error).into()),
        };
        match report.check(&witness, &environment)? {
            Some(refusal) => {
                report.refuse(refusal);
                break;
            }
            None => progress.say(format!("witness {}", report.witnesses.len())),
        }
    }
    if !arguments.quiet {
        report.milliseconds = u64::try_from(begin.elapsed().as_millis()).ok();
    }
    drop(progress);
    output::print(Format::of_flag(arguments.json), &report, ValidateReport::text)?;
    Ok(if report.valid { Verdict::Good } else { Verdict::Bad })
}

impl ValidateReport {
    /// Validates a witness. Gives the reason if it is refused.
    fn check(
        &mut self,
        witness: &Witness,
        environment: &Environment<'_>,
    ) -> Result<Option<String>, ChainError> {
        let chunk = &witness.chunk;
        let before = self.witnesses.iter().rfind(|before| before.shard == chunk.shard_id);
        if let Some(before) = before.filter(|it| it.new_root != witness.prev_state_root) {
            return Ok(Some(format!(
                "it begins with state {}, and the chunk before it came to {}",
                witness.prev_state_root, before.new_root
            )));
        }
        let config = Parameters::builtin(chunk.protocol_version)?;
        match validate_witness(witness, &config, environment) {
            Ok(validated) => {
                self.witnesses.push(WitnessReport::new(witness, &validated));
                Ok(None)
            }
            Err(refused) => Ok(Some(format!(
                "the chunk of shard {} at height {}: {refused}",
                chunk.shard_id, chunk.block.height
            ))),
        }
    }

    fn refuse(&mut self, reason: String) {
        self.valid = false;
        self.refused = Some(reason);
    }

    fn text(&self) -> String {
        let count = match self.witnesses.len() {
            1 => "1 witness".to_owned(),
            count => format!("{} witnesses", grouped(count as u64)),
        };
        let mut text = match &self.refused {
            None => format!("{GOOD}✓{GOOD:#} {TITLE}{count}{TITLE:#} validated\n"),
            Some(_) => format!(
                "{BAD}✗{BAD:#} witness {TITLE}{}{TITLE:#} is refused\n",
                self.witnesses.len() + 1
            ),
        };
        let shards: BTreeSet<_> = self.witnesses.iter().map(|witness| witness.shard).collect();
        for shard in shards {
            let mut of_shard = self.witnesses.iter().filter(|witness| witness.shard == shard);
            let Some(first) = of_shard.next() else { continue };
            let last = of_shard.next_back().unwrap_or(first);
            text += &line("shard", shard);
            text += &line("height", format!("{} → {}", first.height, last.height));
            text += &line("from", first.old_root);
            text += &line("to", last.new_root);
        }
        let sum = |part: fn(&WitnessReport) -> u64| {
            self.witnesses.iter().map(|witness| u128::from(part(witness))).sum::<u128>()
        };
        text += &line("outcomes", grouped(sum(|witness| witness.outcomes)));
        text += &line("proofs", counted(sum(|witness| witness.proof_bytes), "byte"));
        text += &line("gas", grouped(sum(|witness| witness.gas_burnt)));
        text += &self.refused.as_ref().map(|reason| line("refused", reason)).unwrap_or_default();
        if let Some(milliseconds) = self.milliseconds {
            let time = format!("{}.{:03} s", milliseconds / 1_000, milliseconds % 1_000);
            text += &line("time", time);
        }
        text
    }
}

impl WitnessReport {
    fn new(witness: &Witness, validated: &Validated) -> WitnessReport {
        WitnessReport {
            height: witness.chunk.block.height,
            shard: witness.chunk.shard_id,
            old_root: validated.prev_state_root,
            new_root: validated.claim.state_root,
            outcome_root: validated.claim.outcome_root,
            outcomes: validated.result.outcomes.len() as u64,
            gas_burnt: validated.claim.gas_burnt.as_gas(),
            proof_bytes: witness.proof.size(),
        }
    }
}
