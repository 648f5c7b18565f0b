//! The storage of a contract: one way through the trie for each access, or none if the value was
//! changed before.

use super::{Broken, External};
use crate::state::{DataKey, NodeCounts};
use std::sync::Arc;
use torr_vm_logic::copy;
use torr_vm_logic::error::Result as VmResult;
use torr_vm_logic::external::StorageMeter;

/// A value before it was changed, if there was one.
type OldValue = Option<Arc<[u8]>>;

/// Charges for an old value of a length in bytes.
type PayOld = fn(&mut StorageMeter<'_>, u64) -> VmResult<()>;

impl External<'_, '_> {
    /// The value; it counts as touched, and is recorded, once it is paid for by its length.
    pub(super) fn read(
        &mut self,
        key: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> Result<Option<Vec<u8>>, Broken> {
        let key = self.state.data_key(self.account_id, key)?;
        if let Some(changed) = self.state.changed_data(&key) {
            let Some(value) = changed else { return Ok(None) };
            meter.value_read(value.len() as u64)?;
            return Ok(Some(copy::to_vec(value)));
        }
        self.pay_way_of_reading(&key, meter)?;
        let mut paid = Ok(());
        let mut hash = None;
        let value = self.state.reader().get_if(key.as_bytes(), &mut |value| {
            paid = meter.value_read(u64::from(value.length));
            hash = Some(value.hash);
            paid.is_ok()
        })?;
        paid?;
        // Free, but whoever comes next finds it touched.
        self.state.count(hash.as_slice());
        Ok(value.map(|value| copy::to_vec(&value)))
    }

    /// Whether there is a value.
    pub(super) fn has(&mut self, key: &[u8], meter: &mut StorageMeter<'_>) -> Result<bool, Broken> {
        let key = self.state.data_key(self.account_id, key)?;
        if let Some(changed) = self.state.changed_data(&key) {
            return Ok(changed.is_some());
        }
        self.pay_way_of_reading(&key, meter)?;
        Ok(self.state.reader().value_ref(key.as_bytes())?.is_some())
    }

    /// Charges for the nodes that lead to a key, if reading pays for them.
    fn pay_way_of_reading(
        &mut self,
        key: &DataKey,
        meter: &mut StorageMeter<'_>,
    ) -> Result<(), Broken> {
        if self.chunk.config.vm.flat_storage_reads {
            return Ok(());
        }
        let reader = self.state.reader();
        let (found, nodes) = self.state.visiting(|| reader.value_ref(key.as_bytes()));
        let counts = self.state.count(&nodes);
        found?;
        Ok(pay_nodes(counts, meter)?)
    }

    /// Puts a value. Nothing is changed if the gas runs out.
    pub(super) fn write(
        &mut self,
        key: &[u8],
        value: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> Result<Option<Vec<u8>>, Broken> {
        let key = self.state.data_key(self.account_id, key)?;
        let (old, counts) = self.old(&key, |meter, length| meter.value_evicted(length), meter)?;
        pay_nodes(counts, meter)?;
        self.state.set_data(key, value.into());
        Ok(old.map(|old| copy::to_vec(&old)))
    }

    /// Takes a value out, which counts as done even if the gas for nodes runs out then.
    pub(super) fn remove(
        &mut self,
        key: &[u8],
        meter: &mut StorageMeter<'_>,
    ) -> Result<Option<Vec<u8>>, Broken> {
        let key = self.state.data_key(self.account_id, key)?;
        let (old, counts) = self.old(&key, |meter, length| meter.value_removed(length), meter)?;
        self.state.remove_data(key);
        pay_nodes(counts, meter)?;
        Ok(old.map(|old| copy::to_vec(&old)))
    }

    /// The value that a change takes the place of, paid for by its length, and what it takes to find
    /// it, which is not paid for yet.
    fn old(
        &mut self,
        key: &DataKey,
        pay: PayOld,
        meter: &mut StorageMeter<'_>,
    ) -> Result<(OldValue, NodeCounts), Broken> {
        if let Some(changed) = self.state.changed_data(key) {
            if let Some(value) = changed {
                pay(meter, value.len() as u64)?;
            }
            return Ok((changed.clone(), NodeCounts::default()));
        }
        let reader = self.state.reader();
        let mut paid = Ok(());
        let (old, nodes) = self.state.visiting(|| {
            reader.get_if(key.as_bytes(), &mut |value| {
                paid = pay(meter, u64::from(value.length));
                paid.is_ok()
            })
        });
        let counts = self.state.count(&nodes);
        let old = old?;
        paid?;
        Ok((old, counts))
    }
}

fn pay_nodes(counts: NodeCounts, meter: &mut StorageMeter<'_>) -> VmResult<()> {
    meter.trie_nodes(counts.touched, counts.cached)
}
