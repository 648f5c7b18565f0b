//! The reference implementation, as its node uses it: its own parameters, a cache on disk and in
//! memory, one engine for a process.

use bench_work::contracts::Contracts;
use bench_work::error::Failure;
use bench_work::peer::{Compilation, GAS, Peer};
use bench_work::task::{Contract, Task};
use near_parameters::vm::Config;
use near_parameters::{RuntimeConfig, RuntimeConfigStore};
use near_primitives_core::account::AccountContract;
use near_primitives_core::hash::CryptoHash;
use near_primitives_core::types::{AccountId, Balance, Gas};
use near_vm_runner::logic::mocks::mock_external::MockedExternal;
use near_vm_runner::logic::{ReturnData, VMContext, VMOutcome};
use near_vm_runner::{
    CompiledContractInfo, ContractCode, ContractRuntimeCache, FilesystemContractRuntimeCache,
    noop_background_spawner,
};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

/// The peer's name.
pub(super) const NAME: &str = "reference";
/// The protocol version, as Torr runs it.
const VERSION: u32 = torr_parameters::LATEST_VERSION;
/// Contracts that the cache in memory holds.
const CACHED: usize = 256;
/// Bytes that the cache on disk holds.
const DISK: u64 = 1 << 30;

/// A cache with a folder, and what is called with it.
pub(super) struct Reference {
    cache: FilesystemContractRuntimeCache,
    folder: Arc<TempDir>,
    codes: Arc<Codes>,
    config: Arc<RuntimeConfig>,
    account: AccountId,
}

struct Codes {
    kernels: Deployed,
    token: Deployed,
    loops: Deployed,
}

/// A contract of an account.
struct Deployed(Arc<ContractCode>);

impl near_vm_runner::Contract for Deployed {
    fn hash(&self) -> CryptoHash {
        *self.0.hash()
    }

    fn get_code(&self) -> Option<Arc<ContractCode>> {
        Some(Arc::clone(&self.0))
    }
}

impl Reference {
    /// A cache with an empty folder.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub(super) fn open(contracts: &Contracts) -> Result<Reference, Failure> {
        let folder = tempfile::tempdir().map_err(Failure::io("a temporary folder"))?;
        let code = |contract| {
            Deployed(Arc::new(ContractCode::new(contracts.near(contract).to_vec(), None)))
        };
        Ok(Reference {
            cache: cache(folder.path())?,
            folder: Arc::new(folder),
            codes: Arc::new(Codes {
                kernels: code(Contract::Kernels),
                token: code(Contract::Token),
                loops: code(Contract::Loops),
            }),
            config: config(),
            account: "contract.near".parse().map_err(Failure::peer)?,
        })
    }

    fn code(&self, contract: Contract) -> &Deployed {
        match contract {
            Contract::Kernels => &self.codes.kernels,
            Contract::Token => &self.codes.token,
            Contract::Loops => &self.codes.loops,
        }
    }
}

impl Peer for Reference {
    fn about(&self) -> String {
        "near-vm-runner 0.38.0: wasmtime 45, on x86-64 its compiler Winch".to_owned()
    }

    fn takes(&self, _task: Task) -> bool {
        true
    }

    fn call(&self, task: Task) -> Result<Vec<u8>, Failure> {
        let context = context(&self.account, task);
        let config = Arc::clone(&self.config.wasm_config);
        let gas = context.make_gas_counter(&config);
        let code = self.code(task.contract());
        let prepared = near_vm_runner::prepare(code, config, Some(&self.cache), gas, task.method());
        let mut external = MockedExternal::new();
        let fees = Arc::clone(&self.config.fees);
        let outcome = near_vm_runner::run(prepared, &mut external, &context, fees);
        returned(outcome.map_err(|error| Failure::Contract(format!("{error:?}")))?)
    }

    fn compilation(&self, contract: Contract) -> Option<Compilation<'_>> {
        let code = &self.code(contract).0;
        Some(Compilation::new(code.code().len(), move || {
            let size = Arc::new(AtomicU64::new(0));
            let cache = SizeOnly(Arc::clone(&size));
            let config = Arc::clone(&self.config.wasm_config);
            near_vm_runner::precompile_contract(code, config, Some(&cache))
                .map_err(Failure::peer)?
                .map_err(|error| Failure::Contract(format!("{error:?}")))?;
            Ok(Some(size.load(Ordering::Relaxed)))
        }))
    }

    fn restarted(&self) -> Result<Option<Box<dyn Peer + '_>>, Failure> {
        Ok(Some(Box::new(Reference {
            cache: cache(self.folder.path())?,
            folder: Arc::clone(&self.folder),
            codes: Arc::clone(&self.codes),
            config: Arc::clone(&self.config),
            account: self.account.clone(),
        })))
    }
}

/// A cache that forgets what it is given, but for the size.
struct SizeOnly(Arc<AtomicU64>);

impl ContractRuntimeCache for SizeOnly {
    fn handle(&self) -> Box<dyn ContractRuntimeCache> {
        Box::new(SizeOnly(Arc::clone(&self.0)))
    }

    fn put(&self, _key: &CryptoHash, value: CompiledContractInfo) -> std::io::Result<()> {
        self.0.store(value.compiled_size(), Ordering::Relaxed);
        Ok(())
    }

    fn get(&self, _key: &CryptoHash) -> std::io::Result<Option<CompiledContractInfo>> {
        Ok(None)
    }
}

fn cache(folder: &Path) -> Result<FilesystemContractRuntimeCache, Failure> {
    FilesystemContractRuntimeCache::with_memory_cache(
        folder,
        None::<&Path>,
        "contracts",
        CACHED,
        None,
        DISK,
        noop_background_spawner(),
    )
    .map_err(Failure::io("the reference's cache"))
}

/// The parameters of the version, with more gas.
fn config() -> Arc<RuntimeConfig> {
    let store = RuntimeConfigStore::new(None);
    let mut config = RuntimeConfig::clone(store.get_config(VERSION));
    let mut vm = Config::clone(&config.wasm_config);
    vm.limit_config.max_gas_burnt = Gas::from_gas(GAS);
    config.wasm_config = Arc::new(vm);
    Arc::new(config)
}

/// The call that Torr gets too.
fn context(account: &AccountId, task: Task) -> VMContext {
    VMContext {
        current_account_id: account.clone(),
        signer_account_id: account.clone(),
        signer_account_pk: vec![0; 33],
        predecessor_account_id: account.clone(),
        refund_to_account_id: account.clone(),
        input: Rc::from(task.arguments()),
        promise_results: Arc::from([]),
        block_height: 100_000_000,
        block_timestamp: 1_700_000_000_000_000_000,
        epoch_height: 2_000,
        account_balance: Balance::from_yoctonear(10_u128.pow(25)),
        account_locked_balance: Balance::ZERO,
        storage_usage: 100_000,
        account_contract: AccountContract::None,
        attached_deposit: Balance::ZERO,
        prepaid_gas: Gas::from_gas(GAS),
        random_seed: vec![0; 32],
        view_config: None,
        output_data_receivers: Vec::new(),
    }
}

fn returned(outcome: VMOutcome) -> Result<Vec<u8>, Failure> {
    match (outcome.aborted, outcome.return_data) {
        (Some(error), _) => Err(Failure::Contract(format!("{error:?}"))),
        (None, ReturnData::Value(value)) => Ok(value),
        (None, ReturnData::None | ReturnData::ReceiptIndex(_)) => Ok(Vec::new()),
    }
}
