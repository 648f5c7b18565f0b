//! Access keys: actions that add them to a promise's receiver and take them away.
//!
//! Whether a given public key is one matters last of all: a failure to pay, or to find the promise,
//! comes first (`ClaimedKey`).

use crate::effects::Action;
use crate::error::{HostError, Result};
use crate::host::{Host, HostState};
use crate::memory::GuestMemory;
use crate::promise::Target;
use torr_crypto::key::PublicKey;
use torr_parameters::{ActionCost, VmConfig};
use torr_primitives::{AccountId, Balance};
use torr_vm_logic_macros::host_functions;

#[host_functions]
#[expect(clippy::too_many_arguments, reason = "the parameters are those of the import")]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Adds a key that may do anything. The key is given in borsh form.
    #[host(pays = [base], not_in_view)]
    fn promise_batch_action_add_key_with_full_access(
        &mut self,
        promise_idx: u64,
        public_key_len: u64,
        public_key_ptr: u64,
        nonce: u64,
    ) -> Result<()> {
        let public_key = self.claimed_key(public_key_len, public_key_ptr)?;
        let target = self.state.target(promise_idx)?;
        self.state.pay_action(ActionCost::AddFullAccessKey, target)?;
        let public_key = public_key.decode()?;
        self.state.append(target, Action::AddKeyWithFullAccess { public_key, nonce })
    }

    /// Adds a key that may call methods of one account. The key is given in borsh form; what it may
    /// spend on gas, as 16 little-endian bytes in yoctoNEAR, where 0 is no limit; method names,
    /// separated by commas, where none are all.
    #[host(
        pays = [base],
        also_pays = [utf8_decoding_base, utf8_decoding_byte],
        not_in_view
    )]
    fn promise_batch_action_add_key_with_function_call(
        &mut self,
        promise_idx: u64,
        public_key_len: u64,
        public_key_ptr: u64,
        nonce: u64,
        allowance_ptr: u64,
        receiver_id_len: u64,
        receiver_id_ptr: u64,
        method_names_len: u64,
        method_names_ptr: u64,
    ) -> Result<()> {
        let public_key = self.claimed_key(public_key_len, public_key_ptr)?;
        let receiver_id = (receiver_id_len, receiver_id_ptr);
        let method_names = (method_names_len, method_names_ptr);
        let access = self.function_call_access(allowance_ptr, receiver_id, method_names)?;
        let target = self.state.target(promise_idx)?;
        self.state.pay_function_call_key(&access, target)?;
        let public_key = public_key.decode()?;
        let FunctionCallAccess { allowance, receiver_id, method_names } = access;
        let action = Action::AddKeyWithFunctionCall {
            public_key,
            nonce,
            allowance,
            receiver_id,
            method_names,
        };
        self.state.append(target, action)
    }

    /// Takes a key away. It is given in borsh form.
    #[host(pays = [base], not_in_view)]
    fn promise_batch_action_delete_key(
        &mut self,
        promise_idx: u64,
        public_key_len: u64,
        public_key_ptr: u64,
    ) -> Result<()> {
        let public_key = self.claimed_key(public_key_len, public_key_ptr)?;
        let target = self.state.target(promise_idx)?;
        self.state.pay_action(ActionCost::DeleteKey, target)?;
        let public_key = public_key.decode()?;
        self.state.append(target, Action::DeleteKey { public_key })
    }
}

/// What a contract says is a public key. It was looked at when it was read, and what was found is
/// told when it is used, because the protocol lets every other failure come before this one.
#[derive(Clone, Debug)]
pub(super) struct ClaimedKey(Option<PublicKey>);

impl ClaimedKey {
    /// The key in `bytes`, which are its borsh form if it is one.
    fn new(bytes: &[u8], post_quantum_keys_enabled: bool) -> ClaimedKey {
        let key = borsh::from_slice(bytes).ok();
        ClaimedKey(key.filter(|key| match key {
            PublicKey::Ed25519(_) | PublicKey::Secp256k1(_) => true,
            PublicKey::MlDsa65(_) => post_quantum_keys_enabled,
        }))
    }

    /// The key.
    pub(super) fn decode(self) -> Result<PublicKey> {
        Ok(self.0.ok_or(HostError::InvalidPublicKey)?)
    }

    /// Length of the borsh form, in bytes; 0 when it is no key.
    pub(super) fn wire_len(&self) -> u64 {
        self.0.as_ref().map_or(0, |key| key.wire_len() as u64)
    }

    /// Length to charge storage by, in bytes; 0 when it is no key.
    pub(super) fn stored_len(&self, config: &VmConfig) -> u64 {
        match &self.0 {
            Some(key) if config.fix_ml_dsa_cost_charging => key.trie_id_len() as u64,
            _ => self.wire_len(),
        }
    }
}

/// What a key may do that may call methods.
#[derive(Clone, Debug)]
pub(super) struct FunctionCallAccess {
    /// What it may spend on gas; `None` is no limit.
    pub(super) allowance: Option<Balance>,
    /// Whose methods it may call.
    pub(super) receiver_id: AccountId,
    /// The methods; none are all.
    pub(super) method_names: Vec<Vec<u8>>,
}

impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// What is said to be a public key, of `len` bytes at `ptr` or in the register `ptr`.
    pub(super) fn claimed_key(&mut self, len: u64, ptr: u64) -> Result<ClaimedKey> {
        let post_quantum_keys_enabled = self.state.external.post_quantum_keys_enabled();
        let bytes = self.guest().bytes(len, ptr)?;
        Ok(ClaimedKey::new(bytes, post_quantum_keys_enabled))
    }

    /// What a key may do; receiver and method names are length and pointer.
    pub(super) fn function_call_access(
        &mut self,
        allowance_ptr: u64,
        receiver_id: (u64, u64),
        method_names: (u64, u64),
    ) -> Result<FunctionCallAccess> {
        let allowance = self.guest().balance(allowance_ptr)?;
        let receiver_id = self.account_id(receiver_id.0, receiver_id.1)?;
        let method_names = split(self.guest().bytes(method_names.0, method_names.1)?)?;
        let allowance = (allowance > Balance::ZERO).then_some(allowance);
        Ok(FunctionCallAccess { allowance, receiver_id, method_names })
    }
}

impl HostState<'_> {
    /// Charges for adding a key that may call methods; method names count with a terminator each.
    pub(super) fn pay_function_call_key(
        &mut self,
        access: &FunctionCallAccess,
        target: Target,
    ) -> Result<()> {
        let length = access
            .method_names
            .iter()
            .fold(0u64, |sum, name| sum.saturating_add(name.len() as u64).saturating_add(1));
        self.pay_action(ActionCost::AddFunctionCallKeyBase, target)?;
        self.pay_action_per(ActionCost::AddFunctionCallKeyByte, length, target)
    }
}

/// The names in a list that is separated by commas.
fn split(names: &[u8]) -> Result<Vec<Vec<u8>>, HostError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    names
        .split(|byte| *byte == b',')
        .map(|name| (!name.is_empty()).then(|| name.to_vec()).ok_or(HostError::EmptyMethodName))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{ClaimedKey, split};
    use crate::error::HostError;

    #[test]
    fn method_names_stand_between_commas_and_are_not_empty() {
        let cases: [(&str, Option<&[&str]>); 7] = [
            ("", Some(&[])),
            ("one", Some(&["one"])),
            ("one,two, three", Some(&["one", "two", " three"])),
            (",", None),
            (",one", None),
            ("one,", None),
            ("one,,two", None),
        ];
        for (list, names) in cases {
            let expected = names
                .map(|names| names.iter().map(|name| name.as_bytes().to_vec()).collect())
                .ok_or(HostError::EmptyMethodName);
            assert_eq!(split(list.as_bytes()), expected, "{list:?}");
        }
    }

    #[test]
    fn a_claimed_key_has_the_length_of_its_scheme_or_none() {
        for (scheme, length, with_post_quantum, without) in
            [(0, 32, 33, 33), (1, 64, 65, 65), (2, 1952, 1953, 0), (3, 32, 0, 0), (0, 31, 0, 0)]
        {
            let mut bytes = vec![7; length + 1];
            bytes[0] = scheme;
            assert_eq!(ClaimedKey::new(&bytes, true).wire_len(), with_post_quantum);
            assert_eq!(ClaimedKey::new(&bytes, false).wire_len(), without);
        }
    }
}
