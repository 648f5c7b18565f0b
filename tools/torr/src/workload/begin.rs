//! What there is before the first block: accounts with a key each, and contracts of the examples.

use super::WorkloadError;
use super::actors::{Actors, name};
use crate::chain::GenesisSettings;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKeyHandle;
use torr_primitives::{
    AccessKey, AccessKeyPermission, Account, AccountContract, AccountId, Balance, StateRecord,
};

/// Accounts with contracts.
pub(super) const TOKEN: &str = "token.near";
pub(super) const STORE: &str = "store.near";
pub(super) const CALLER: &str = "caller.near";
pub(super) const COUNTER: &str = "counter.near";

const CONTRACTS: [(&str, &[u8]); 4] = [
    (TOKEN, include_bytes!("../../../../examples/contracts/prebuilt/fungible-token.wasm")),
    (STORE, include_bytes!("../../../../examples/contracts/prebuilt/c-kv-store.wasm")),
    (CALLER, include_bytes!("../../../../examples/contracts/prebuilt/cross-call.wasm")),
    (COUNTER, include_bytes!("../../../../examples/contracts/prebuilt/counter.wasm")),
];

/// What an account that signs has: a thousand NEAR.
const BALANCE: Balance = Balance::from_yoctonear(1_000 * 10_u128.pow(24));
/// What an account with a contract has, for what it stores: ten million NEAR.
const CONTRACT_BALANCE: Balance = Balance::from_yoctonear(10_u128.pow(7 + 24));
/// What an account takes of the state, in bytes, and with a key of full access.
const ACCOUNT_BYTES: u64 = 100;
const ACCOUNT_WITH_KEY_BYTES: u64 = 182;

/// The bytes of a genesis file. A record stands on a line.
pub(super) fn genesis(
    settings: &GenesisSettings,
    actors: &Actors,
) -> Result<Vec<u8>, WorkloadError> {
    let mut text = serde_json::to_string_pretty(settings)?;
    // The object goes on with the records.
    text.truncate(text.trim_end_matches('}').trim_end().len());
    text.push_str(",\n  \"records\": [");
    let mut separator = "\n";
    for record in records(actors) {
        text.push_str(separator);
        text.push_str(&serde_json::to_string(&record)?);
        separator = ",\n";
    }
    text.push_str("\n  ]\n}\n");
    Ok(text.into_bytes())
}

fn records(actors: &Actors) -> impl Iterator<Item = StateRecord> {
    let signers = actors.all().flat_map(|actor| {
        let account_id = actor.account_id.clone();
        let (contract, locked) = (AccountContract::None, Balance::ZERO);
        let account = Account::new(BALANCE, locked, contract, ACCOUNT_WITH_KEY_BYTES);
        let public_key = PublicKeyHandle::from(&actor.public_key);
        let access_key = AccessKey { nonce: 0, permission: AccessKeyPermission::FullAccess };
        [
            StateRecord::Account { account_id: account_id.clone(), account },
            StateRecord::AccessKey { account_id, public_key, access_key },
        ]
    });
    let contracts = CONTRACTS.into_iter().flat_map(|(account_id, code)| {
        let account_id: AccountId = name(account_id);
        let contract = AccountContract::Local(CryptoHash::of(code));
        let usage = ACCOUNT_BYTES.saturating_add(code.len() as u64);
        let account = Account::new(CONTRACT_BALANCE, Balance::ZERO, contract, usage);
        [
            StateRecord::Account { account_id: account_id.clone(), account },
            StateRecord::Contract { account_id, code: code.to_vec() },
        ]
    });
    signers.chain(contracts)
}
