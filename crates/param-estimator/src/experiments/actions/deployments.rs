//! Deployments as they are executed, where contracts are compiled: those of accounts, and those for all,
//! which come to each shard by receipts.
//!
//! Nothing that was compiled is kept, so every lap compiles. Which contracts are slowest to compile for
//! their length is searched for among compile bombs.

use super::NODES;
use super::kind::Side;
use super::terms;
use crate::charges::Charges;
use crate::error::EstimatorError;
use crate::experiment::{Bound, Case, Experiment, Parameter, Work};
use crate::price::Price;
use crate::work::chunks::{Chunk, Chunks};
use crate::work::requests::{receipt, with_body};
use crate::work::scene::Scene;
use crate::work::states::user;
use torr_crypto::hash::CryptoHash;
use torr_parameters::{ActionCost, VmConfig};
use torr_primitives::action::{Action, DeployContractAction};
use torr_primitives::receipt::{
    GlobalContractDistribution, GlobalContractDistributionV2, Receipt, ReceiptBody,
};
use torr_primitives::{AccountId, GlobalContractIdentifier};
use torr_testkit::bomb::{Family, Size};
use torr_vm_runner::EngineKind;

/// Lengths of contracts, in bytes, among which every family is tried; contracts are a little shorter.
const LENGTHS: [u64; 2] = [1_000, 10_000];
/// Lengths of which only the slowest families are tried, since compiling takes long; the last is the
/// longest there may be.
const GREAT_LENGTHS: [u64; 3] = [100_000, 1_000_000, 1 << 22];
/// Families that are slow to compile with some engine, where contracts are long.
const SLOWEST: [&str; 5] =
    ["functions", "element-functions", "saturations", "calls", "float-arithmetic"];
/// The longest for a compiler that optimises: of bombs it takes seconds for so many bytes.
const OPTIMISED_LENGTH: u64 = 100_000;
/// The longest of a quick run.
const QUICK_LENGTH: u64 = 3_000;
/// Bytes of contracts that are compiled in a lap, where several are.
const LAP_BYTES: u64 = 5_000;
/// The prices of a distribution.
const DISTRIBUTION: [Price; 2] = [
    Price::of("deploy_global_contract_execution_base"),
    Price::of("deploy_global_contract_execution_per_byte"),
];

/// Experiments on deployments.
pub(super) fn all() -> Vec<Experiment> {
    vec![
        Experiment {
            name: "deploy_contract_execution",
            about: "Deploys contracts of several lengths, of the structure that takes longest to compile, \
                    and compiles them.",
            finds: [ActionCost::DeployContractBase, ActionCost::DeployContractByte]
                .map(|cost| Side::Execution.price(cost))
                .into(),
            apart: Vec::new(),
            bound: Bound::Processor,
            cases: cases(deployment),
        },
        Experiment {
            name: "global_contract_distribution",
            about: "Takes in global contracts that come from another shard, of several lengths, of the \
                    structure that takes longest to compile, and compiles them.",
            finds: DISTRIBUTION.into(),
            apart: Vec::new(),
            bound: Bound::Processor,
            cases: cases(distribution),
        },
    ]
}

/// A receipt with a contract, and what is charged for it.
type Make = fn(&Scene, usize, Vec<u8>) -> Result<(Receipt, Charges), EstimatorError>;

fn cases(make: Make) -> Vec<Case> {
    let numbered = || (0_u64..).zip(Family::all());
    let all: Vec<u64> = numbered().map(|(number, _)| number).collect();
    let slowest = numbered().filter(|(_, family)| SLOWEST.contains(&family.name));
    let slowest: Vec<u64> = slowest.map(|(number, _)| number).collect();
    let case = |length: u64, values: &[u64]| {
        let parameter = Parameter { name: "family", values: values.to_vec() };
        Case::searched("bombs", length, vec![parameter], move |scene, values| {
            let family = values.first().copied().unwrap_or_default();
            let work: Box<dyn Work + '_> = Box::new(chunks(scene, length, family, make)?);
            Ok(work)
        })
    };
    let lengths = LENGTHS.into_iter().map(|length| case(length, &all));
    lengths.chain(GREAT_LENGTHS.into_iter().map(|length| case(length, &slowest))).collect()
}

fn chunks(
    scene: &Scene,
    length: u64,
    family: u64,
    make: Make,
) -> Result<Chunks<'_>, EstimatorError> {
    let length = length.min(longest(scene));
    let code = bomb(family, length, &scene.config.vm)?;
    let units = (LAP_BYTES / length.max(1)).max(1);
    let mut charges = Charges::default();
    let mut chunk = Chunk::default();
    for number in 0..units {
        let (receipt, of_receipt) = make(scene, number as usize, code.clone())?;
        chunk.receipts.push(receipt);
        charges = of_receipt;
    }
    let state = scene.states.with(NODES, [])?;
    let chunks = Chunks::new(scene, state, vec![chunk], units, charges)?;
    chunks.with_size(code.len() as u64).that_compile()
}

/// The longest that is compiled.
fn longest(scene: &Scene) -> u64 {
    match scene.engine {
        _ if scene.scale.quick => QUICK_LENGTH,
        EngineKind::Wasmtime => OPTIMISED_LENGTH,
        EngineKind::Wasmer | EngineKind::Wasmi => u64::MAX,
    }
}

/// A contract of a family, as long as `length` bytes and the limits of contracts allow, about.
fn bomb(family: u64, length: u64, config: &VmConfig) -> Result<Vec<u8>, EstimatorError> {
    let families = Family::all();
    let family = usize::try_from(family).ok().and_then(|family| families.get(family));
    let family = family.ok_or_else(|| EstimatorError::of_work("there is no such family"))?;
    let fits = |size: Size| {
        family.module(size, config).len() as u64 <= length && family.is_accepted(size, config)
    };
    let n = largest(|n| fits(Size::one(n)));
    let copies = if family.has_copies() { largest(|copies| fits(Size { n, copies })) } else { 1 };
    Ok(family.module(Size { n, copies }, config))
}

/// The largest number that fits, or a little less; 1 if none does.
fn largest(fits: impl Fn(u32) -> bool) -> u32 {
    let (mut good, mut bad) = (1_u32, 2_u32);
    while fits(bad) {
        (good, bad) = (bad, bad.saturating_mul(2));
    }
    while bad - good > good / 16 + 1 {
        let middle = good + (bad - good) / 2;
        if fits(middle) { good = middle } else { bad = middle }
    }
    good
}

fn deployment(
    scene: &Scene,
    number: usize,
    code: Vec<u8>,
) -> Result<(Receipt, Charges), EstimatorError> {
    let account_id = user(number)?;
    let actions = vec![Action::DeployContract(DeployContractAction { code })];
    let charges = terms::of_receipt(scene, &account_id, &actions)?;
    Ok((receipt(number, account_id.clone(), account_id, actions)?, charges))
}

/// No gas is burnt for it, as nobody is left who could pay: what it takes counts for the chunk alone.
fn distribution(
    _: &Scene,
    number: usize,
    code: Vec<u8>,
) -> Result<(Receipt, Charges), EstimatorError> {
    let [base, per_byte] = DISTRIBUTION;
    let charges = Charges::default().with(base, 1.0).with(per_byte, code.len() as f64);
    let distribution = GlobalContractDistribution::V2(GlobalContractDistributionV2 {
        id: GlobalContractIdentifier::CodeHash(CryptoHash::of(&(number as u64).to_le_bytes())),
        target_shard: 0,
        already_delivered_shards: Vec::new(),
        code,
        nonce: 1,
    });
    let body = ReceiptBody::GlobalContractDistribution(distribution);
    Ok((with_body(number, user(number)?, AccountId::system(), body), charges))
}
