//! Receipts, in the protocol's order: local ones, delayed ones, incoming ones.
//!
//! When the chunk is full, what would be executed is delayed. With several threads receipts are executed
//! before it is their turn (see [`speculation`](super::speculation)); that changes nothing.

use super::speculation::{Speculation, Speculations, WINDOW};
use super::{Application, ProcessedReceipt, ReceiptSource};
use crate::error::{ApplyError, Fault};
use crate::queue::DelayedReceipts;
use crate::receipt::{ExecutedReceipt, execute_receipt};
use crate::receipt_sink::ReceiptSink;
use crate::validation::{ReceiptOrigin, validate_receipt};
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use torr_primitives::receipt::Receipt;

impl Application<'_> {
    /// Executes or delays all receipts.
    pub(super) fn process_receipts(
        &mut self,
        local: Vec<Receipt>,
        delayed: &mut DelayedReceipts,
        sink: &mut ReceiptSink,
    ) -> Result<(), ApplyError> {
        self.process_local(local, delayed, sink)?;
        self.process_delayed(delayed, sink)?;
        self.process_incoming(delayed, sink)
    }

    fn process_local(
        &mut self,
        local: Vec<Receipt>,
        delayed: &mut DelayedReceipts,
        sink: &mut ReceiptSink,
    ) -> Result<(), ApplyError> {
        let chunk = self.input.context;
        let mut ahead = Ahead::default();
        for (index, receipt) in local.iter().enumerate() {
            if self.is_full() {
                delayed.push(receipt.clone(), chunk, &mut self.state)?;
                continue;
            }
            let place = ahead.place(index, || self.look_ahead(local.get(index..)));
            self.process_receipt(receipt, place, &mut ahead.speculations, sink)?;
            let (receipt, source) = (receipt.clone(), ReceiptSource::Local);
            self.processed_receipts.push(ProcessedReceipt { receipt, source });
        }
        Ok(())
    }

    fn process_delayed(
        &mut self,
        delayed: &mut DelayedReceipts,
        sink: &mut ReceiptSink,
    ) -> Result<(), ApplyError> {
        let chunk = self.input.context;
        let mut ahead = Ahead::default();
        let mut index = 0;
        while !self.is_full() {
            let place = ahead.place(index, || match self.works_ahead() {
                true => self.speculate(&delayed.peek(chunk, &self.state, WINDOW)),
                false => Speculations::default(),
            });
            index += 1;
            let limit = self.proof_limit();
            let Some(receipt) = delayed.pop(chunk, &mut self.state, limit)? else { break };
            let origin = ReceiptOrigin::Existing;
            validate_receipt(&chunk.config, &receipt, chunk.protocol_version, origin).map_err(
                |error| Fault::inconsistent(format!("a delayed receipt is not valid: {error}")),
            )?;
            self.process_receipt(&receipt, place, &mut ahead.speculations, sink)?;
            let source = ReceiptSource::Delayed;
            self.processed_receipts.push(ProcessedReceipt { receipt, source });
        }
        Ok(())
    }

    fn process_incoming(
        &mut self,
        delayed: &mut DelayedReceipts,
        sink: &mut ReceiptSink,
    ) -> Result<(), ApplyError> {
        let chunk = self.input.context;
        let incoming = self.input.incoming_receipts;
        let mut ahead = Ahead::default();
        for (index, receipt) in incoming.iter().enumerate() {
            let origin = ReceiptOrigin::Existing;
            validate_receipt(&chunk.config, receipt, chunk.protocol_version, origin)?;
            if self.is_full() {
                delayed.push(receipt.clone(), chunk, &mut self.state)?;
                continue;
            }
            let place = ahead.place(index, || self.look_ahead(incoming.get(index..)));
            self.process_receipt(receipt, place, &mut ahead.speculations, sink)?;
        }
        Ok(())
    }

    fn works_ahead(&self) -> bool {
        self.threads.count() > NonZeroUsize::MIN
    }

    /// Executes the next of some receipts ahead of their turn.
    fn look_ahead(&self, receipts: Option<&[Receipt]>) -> Speculations {
        match receipts {
            Some(receipts) if self.works_ahead() => self.speculate(receipts.iter().take(WINDOW)),
            Some(_) | None => Speculations::default(),
        }
    }

    /// Executes a receipt, and then those that it sends to be executed at once.
    fn process_receipt(
        &mut self,
        receipt: &Receipt,
        place: usize,
        speculations: &mut Speculations,
        sink: &mut ReceiptSink,
    ) -> Result<(), ApplyError> {
        let config = &self.input.context.config;
        if let Some(speculation) = speculations.take(place, receipt, &self.state, config) {
            return self.take_speculation(speculation, sink);
        }
        let mut instant = VecDeque::new();
        let executed = execute_receipt(receipt, self.execution, &mut self.state.update())?;
        self.take(executed, sink, &mut instant)?;
        while let Some(receipt) = instant.pop_front() {
            speculations.note(&receipt);
            let executed = execute_receipt(&receipt, self.execution, &mut self.state.update())?;
            self.take(executed, sink, &mut instant)?;
            let source = ReceiptSource::Instant;
            self.processed_receipts.push(ProcessedReceipt { receipt, source });
        }
        Ok(())
    }

    /// Takes what a receipt came to ahead of its turn.
    fn take_speculation(
        &mut self,
        speculation: Speculation,
        sink: &mut ReceiptSink,
    ) -> Result<(), ApplyError> {
        self.state.reader().absorb(speculation.recorded);
        let mut sent_again = VecDeque::new();
        self.take(speculation.executed, sink, &mut sent_again)?;
        for (receipt, executed) in speculation.instant {
            self.take(executed, sink, &mut sent_again)?;
            let source = ReceiptSource::Instant;
            self.processed_receipts.push(ProcessedReceipt { receipt, source });
        }
        Ok(())
    }

    /// Takes what a receipt came to.
    fn take(
        &mut self,
        executed: ExecutedReceipt,
        sink: &mut ReceiptSink,
        instant: &mut VecDeque<Receipt>,
    ) -> Result<(), ApplyError> {
        self.state.absorb(executed.effects)?;
        self.stats.balance.add(&executed.balance)?;
        self.validator_proposals.extend(executed.validator_proposals);
        for receipt in executed.sent {
            if receipt.is_instant() {
                instant.push_back(receipt);
            } else {
                sink.send(receipt, self.input.context, &mut self.state)?;
            }
        }
        self.count(executed.gas, executed.compute)?;
        self.outcomes.extend(executed.outcome);
        Ok(())
    }
}

/// Receipts that were executed ahead of their turn.
#[derive(Default)]
struct Ahead {
    speculations: Speculations,
    /// The first receipt beyond those that were looked at.
    end: usize,
}

impl Ahead {
    /// The place of the receipt with this index among those that were looked at. Looks at more with
    /// `look` if it is not among them.
    fn place(&mut self, index: usize, look: impl FnOnce() -> Speculations) -> usize {
        if index >= self.end {
            self.speculations = look();
            self.end = index.saturating_add(WINDOW);
        }
        index.saturating_add(WINDOW).saturating_sub(self.end)
    }
}
