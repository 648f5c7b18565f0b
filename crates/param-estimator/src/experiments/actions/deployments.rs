//! Deployments as they are executed, where contracts are compiled: those of accounts, and those for all,
//! which come to each shard by receipts.
//!
//! Nothing that was compiled is kept, so every lap compiles. Which contracts are slowest to compile for
//! their length is searched for among compile bombs.

use super::NODES;
use super::kind::Side;
use super::terms;
use crate::charges::Charges;
use crate::chunks::{Chunk, Chunks};
use crate::error::EstimatorError;
use crate::experiment::{Bound, Case, Experiment, Parameter, Work};
use crate::price::Price;
use crate::requests::{receipt, with_body};
use crate::scene::Scene;
use crate::states::user;
use torr_crypto::hash::CryptoHash;
use torr_parameters::{ActionCost, VmConfig};
use torr_primitives::action::{Action, DeployContractAction};
use torr_primitives::receipt::{
    GlobalContractDistribution, GlobalContractDistributionV2, Receipt, ReceiptBody,
};
use torr_primitives::{AccountId, GlobalContractIdentifier};
use torr_testkit::bomb::{Family, Size};

/// Lengths of contracts, in bytes; they are a little shorter. The last is the longest there may be.
const LENGTHS: [u64; 4] = [3_000, 50_000, 500_000, 1 << 22];
/// The longest of a quick run.
const QUICK_LENGTH: u64 = 50_000;
/// Bytes of contracts that are compiled in a lap, where several are.
const LAP_BYTES: u64 = 50_000;
/// Contracts that are compiled in a lap, at most.
const MOST: u64 = 10;
/// What is compared of the two prices of a distribution.
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
            bound: Bound::Processor,
            cases: cases(deployment),
        },
        Experiment {
            name: "global_contract_distribution",
            about: "Takes in global contracts that come from another shard, of several lengths, of the \
                    structure that takes longest to compile, and compiles them.",
            finds: DISTRIBUTION.into(),
            bound: Bound::Processor,
            cases: cases(distribution),
        },
    ]
}

/// A receipt with a contract, and what is charged for it.
type Make = fn(&Scene, usize, Vec<u8>) -> Result<(Receipt, Charges), EstimatorError>;

fn cases(make: Make) -> Vec<Case> {
    let families = (0..Family::all().len() as u64).collect();
    let parameters = vec![Parameter { name: "family", values: families }];
    let case = |length: u64| {
        Case::searched("bombs", length, parameters.clone(), move |scene, values| {
            let family = values.first().copied().unwrap_or_default();
            let work: Box<dyn Work + '_> = Box::new(chunks(scene, length, family, make)?);
            Ok(work)
        })
    };
    LENGTHS.into_iter().map(case).collect()
}

fn chunks(
    scene: &Scene,
    length: u64,
    family: u64,
    make: Make,
) -> Result<Chunks<'_>, EstimatorError> {
    let length = if scene.scale.quick { length.min(QUICK_LENGTH) } else { length };
    let code = bomb(family, length, &scene.config.vm)?;
    let units = (LAP_BYTES / length.max(1)).clamp(1, MOST);
    let mut charges = Charges::default();
    let mut chunk = Chunk::default();
    for number in 0..units {
        let (receipt, of_receipt) = make(scene, number as usize, code.clone())?;
        chunk.receipts.push(receipt);
        charges = of_receipt;
    }
    let state = scene.states.with(NODES, [])?;
    Chunks::new(scene, state, vec![chunk], units, charges)?.that_compile()
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
