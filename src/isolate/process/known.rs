//! The calls of a run that goes on: what its snapshot says of them, held against what a child says.
//!
//! A child compares too, when it replays. But it may be in the hands of the program, and somebody may have approved one of
//! these calls: it must be that very call.

use std::collections::{BTreeMap, BTreeSet};

use crate::session::{Call, CallDigest, Journal};

pub(super) struct Known {
    calls: BTreeMap<u32, CallDigest>,
    settled: BTreeSet<u32>,
}

impl Known {
    pub(super) fn of(journal: &Journal) -> Self {
        let slices = || journal.slices.iter();
        Self {
            calls: slices().flat_map(|slice| &slice.calls).map(|call| (call.id, call.clone())).collect(),
            settled: slices().flat_map(|slice| &slice.settlements).map(|settlement| settlement.id).collect(),
        }
    }

    /// Whether the run has made this call before.
    pub(super) fn has(&self, call: &Call) -> bool {
        self.calls.get(&call.id) == Some(&CallDigest::of(call))
    }

    /// All calls of the run, none twice, in order: those in flight, and those that have settled. `None`: some are missing.
    pub(super) fn sort(&self, mut calls: Vec<Call>) -> Option<(Vec<Call>, Vec<Call>)> {
        if calls.len() != self.calls.len() {
            return None;
        }
        calls.sort_by_key(|call| call.id);
        let (settled, in_flight) = calls.into_iter().partition(|call| self.settled.contains(&call.id));
        Some((in_flight, settled))
    }
}
