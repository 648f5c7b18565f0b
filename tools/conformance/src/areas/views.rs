//! Views of a state: data, keys, and what functions of contracts say. (`conformance/apply/README.md`
//! is the specification.)
//!
//! Each query is a case of its own, and is rebuilt whole.

use super::apply::{Contracts, Genesis, in_memory};
use super::{malformed, named_cases};
use crate::case::{Case, Failure, Verdict, verdict};
use crate::difference::differences;
use crate::encoding::Hex;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKeyHandle;
use torr_parameters::Parameters;
use torr_primitives::{AccountId, Balance, BlockHeight, EpochHeight, ProtocolVersion, ShardLayout};
use torr_runtime::view::{DataQuery, FunctionQuery, Paging, Proof, StateView, ViewError};
use torr_runtime::{BlockContext, ChunkContext, EpochContext};
use torr_store::memory_trie::{MemoryNodes, MemoryTrie};
use torr_store::trie::Trie;
use torr_vm_runner::Runner;

/// The name of the format.
pub(super) const FORMAT: &str = "view-vectors/1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "reference")]
    _reference: String,
    protocol_version: ProtocolVersion,
    cases: Vec<Scenario>,
}

/// A state, and what is looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    chain_id: String,
    genesis: Genesis,
    height: BlockHeight,
    timestamp: String,
    epoch_height: EpochHeight,
    view_state: Vec<Value>,
    call_function: Vec<Value>,
    access_keys: Vec<Value>,
}

/// A state with the chain around it.
struct Chain {
    trie: MemoryTrie,
    root: CryptoHash,
    context: ChunkContext,
}

/// The cases of a file in `folder`.
pub(super) fn cases(folder: &Path, file: Value) -> Vec<Case> {
    let names = named_cases(&file);
    match read(folder, file) {
        Ok(cases) => cases,
        Err(reason) => malformed(names, &reason),
    }
}

fn read(folder: &Path, file: Value) -> Result<Vec<Case>, String> {
    let file: File = inputs(&file)?;
    let contracts = Contracts::beside(folder)?;
    let mut cases = Vec::new();
    for scenario in file.cases {
        let chain = Arc::new(Chain::of(&scenario, file.protocol_version, &contracts)?);
        let name = |kind: &str, index| format!("{} {kind}#{index}", scenario.name);
        let looks: [(_, _, Look); 2] = [
            ("view_state", &scenario.view_state, data),
            ("access_keys", &scenario.access_keys, keys),
        ];
        for (kind, queries, look) in looks {
            for (index, query) in queries.iter().cloned().enumerate() {
                let chain = Arc::clone(&chain);
                let check = move || chain.check(&query, look);
                cases.push(Case::once(name(kind, index), check));
            }
        }
        for (index, query) in scenario.call_function.iter().cloned().enumerate() {
            let chain = Arc::clone(&chain);
            let check = move |runner: &Runner| {
                chain.check(&query, |chain, query| function(chain, query, runner))
            };
            cases.push(Case::on_engine(name("call_function", index), check));
        }
    }
    Ok(cases)
}

/// What a query is when made anew from its inputs; or which input cannot be used.
type Look = fn(&Chain, &Value) -> Result<Value, String>;

fn inputs<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value).map_err(|error| error.to_string())
}

impl Chain {
    fn of(
        scenario: &Scenario,
        protocol_version: ProtocolVersion,
        contracts: &Contracts,
    ) -> Result<Chain, String> {
        let mut states = scenario.genesis.states(contracts, |_| SHARD)?;
        let (root, entries) = states.remove(&SHARD).ok_or("there is no state")?;
        let (trie, _) = in_memory(&entries)?;
        let timestamp = scenario.timestamp.parse();
        let timestamp = timestamp.map_err(|_| "`timestamp` is no number".to_owned())?;
        let config = Parameters::builtin(protocol_version).map_err(|error| error.to_string())?;
        let context = ChunkContext {
            block: BlockContext {
                height: scenario.height,
                prev_block_hash: CryptoHash::default(),
                timestamp,
                gas_price: Balance::ZERO,
                random_seed: CryptoHash::default(),
            },
            epoch: Arc::new(EpochContext {
                chain_id: scenario.chain_id.clone(),
                epoch_id: CryptoHash::default(),
                epoch_height: scenario.epoch_height,
                shard_layout: Arc::new(ShardLayout::single_shard()),
                validators: BTreeMap::new(),
                total_stake: Balance::ZERO,
                minimum_stake: Balance::ZERO,
            }),
            shard_id: SHARD,
            gas_limit: None,
            config,
            protocol_version,
        };
        Ok(Chain { trie, root, context })
    }

    fn check(
        &self,
        query: &Value,
        look: impl FnOnce(&Chain, &Value) -> Result<Value, String>,
    ) -> Verdict {
        let rebuilt = look(self, query).map_err(Failure::NotRun)?;
        verdict(differences(query, &rebuilt))
    }

    /// Looks at the state.
    fn view<T>(
        &self,
        look: impl FnOnce(StateView<'_, MemoryNodes<'_>>) -> Result<T, String>,
    ) -> Result<T, String> {
        let trie: Trie<_> = self.trie.version(self.root).ok_or("the state is not kept")?;
        look(StateView::new(&trie))
    }
}

/// The one shard.
const SHARD: u64 = 0;

#[derive(Deserialize)]
struct Data {
    account_id: AccountId,
    prefix: Hex,
    after_key: Option<Hex>,
    limit: Option<NonZeroU32>,
}

/// Data of a contract.
fn data(chain: &Chain, query: &Value) -> Result<Value, String> {
    let Data { account_id, prefix: Hex(prefix), after_key, limit } = inputs(query)?;
    let is_paged = query.get("last_key").is_some();
    let paging = match is_paged {
        true => Paging::Page { after_key: after_key.as_ref().map(|Hex(key)| &key[..]), limit },
        false => Paging::Whole { size_limit: None, proof: Proof::Wanted },
    };
    let data_query = DataQuery { account_id: &account_id, prefix: &prefix, paging };
    let mut rebuilt = json!({ "account_id": account_id, "prefix": hex::encode(&prefix) });
    let page = match chain.view(|view| Ok(view.data(&data_query)))? {
        Ok(page) => page,
        Err(ViewError::AccountDoesNotExist { account_id }) => {
            rebuilt["error"] = json!(format!("Account {account_id} does not exist"));
            return Ok(rebuilt);
        }
        Err(error) => return Err(error.to_string()),
    };
    let items = page.items.iter();
    rebuilt["items"] =
        items.map(|(key, value)| json!([hex::encode(key), hex::encode(value)])).collect();
    if is_paged {
        rebuilt["after_key"] = json!(after_key.map(|Hex(key)| hex::encode(key)));
        rebuilt["limit"] = json!(limit);
        rebuilt["last_key"] = json!(page.last_key.map(hex::encode));
    } else {
        rebuilt["proof"] = page.proof.iter().map(hex::encode).collect();
    }
    Ok(rebuilt)
}

#[derive(Deserialize)]
struct Keys {
    account_id: AccountId,
    gas_key: Option<PublicKeyHandle>,
}

/// Access keys, or the nonces of one.
fn keys(chain: &Chain, query: &Value) -> Result<Value, String> {
    let Keys { account_id, gas_key } = inputs(query)?;
    chain.view(|view| {
        let text = |error: ViewError| error.to_string();
        Ok(match &gas_key {
            Some(gas_key) => {
                let nonces = view.gas_key_nonces(&account_id, gas_key).map_err(text)?;
                json!({ "account_id": account_id, "gas_key": gas_key, "nonces": nonces })
            }
            None => {
                let keys = view.access_keys(&account_id).map_err(text)?;
                json!({ "account_id": account_id, "keys": keys })
            }
        })
    })
}

#[derive(Deserialize)]
struct Function {
    account_id: AccountId,
    method: String,
    args: Hex,
}

/// What a function of a contract says.
fn function(chain: &Chain, query: &Value, runner: &Runner) -> Result<Value, String> {
    let Function { account_id, method, args: Hex(args) } = inputs(query)?;
    let function_query = FunctionQuery {
        account_id: &account_id,
        method_name: &method,
        args: &args,
        max_gas_burnt: None,
    };
    let mut rebuilt = json!({
        "account_id": account_id,
        "method": method,
        "args": hex::encode(&args),
        "logs": [],
    });
    match chain.view(|view| Ok(view.call_function(&function_query, &chain.context, runner)))? {
        Ok(answer) => {
            rebuilt["logs"] = json!(answer.logs);
            match answer.result {
                Ok(value) => rebuilt["result"] = json!(hex::encode(value)),
                Err(error) => rebuilt["vm_error"] = json!(error),
            }
        }
        Err(ViewError::AccountDoesNotExist { account_id }) => {
            rebuilt["error"] = json!(format!("Account ID #{account_id} does not exist"));
        }
        Err(error) => return Err(error.to_string()),
    }
    Ok(rebuilt)
}
