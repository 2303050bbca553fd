//! What a policy says in vain: it can be used, but hardly means what its owner thinks.

use super::limits::{LIMITS, Patch, Policy};
use super::set::{Layer, PolicySet, as_map};
use crate::id::ConId;

impl Patch {
    /// Every value that makes no sense, alone or beside the others.
    pub(super) fn all_problems(&self) -> Vec<String> {
        let mut problems = self.problems();
        problems.extend(self.contradictions());
        problems
    }

    /// Limits that contradict each other in the same breath.
    fn contradictions(&self) -> Vec<String> {
        let pairs =
            [("day", self.loss_day_reduce, self.loss_day_halt), ("week", self.loss_week_reduce, self.loss_week_halt)];
        let said = pairs.into_iter().filter_map(|(period, reduce, halt)| Some((period, reduce?, halt?)));
        said.filter(|(_, reduce, halt)| reduce > halt)
            .map(|(period, reduce, halt)| {
                format!(
                    "loss_{period}_reduce: must not be above loss_{period}_halt, it is {reduce} and the halt {halt}: \
                     everything would be halted before anything is reduced"
                )
            })
            .collect()
    }
}

impl PolicySet {
    /// Every value that cannot count as things stand, in words; an owner who knows may leave it.
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = self.late_reductions();
        for (layer, patch) in &self.sections {
            doubts.extend(self.looser_than_the_top(layer, patch));
            doubts.extend(self.never_traded(layer));
            doubts.extend(no_con_id(layer));
        }
        doubts
    }

    fn late_reductions(&self) -> Vec<String> {
        let base = &self.base;
        let pairs =
            [("day", base.loss_day_reduce, base.loss_day_halt), ("week", base.loss_week_reduce, base.loss_week_halt)];
        let late = pairs.into_iter().filter(|(_, reduce, halt)| reduce > halt);
        late.map(|(period, reduce, halt)| {
            format!(
                "loss_{period}_reduce: {reduce} never counts, for from {halt} on everything is halted (loss_{period}_halt)"
            )
        })
        .collect()
    }

    /// Limits of a section that are looser than the same at the top.
    fn looser_than_the_top(&self, layer: &Layer, patch: &Patch) -> Vec<String> {
        let top = &self.base;
        let mut tightened: Policy = top.clone();
        tightened.tighten(patch);
        let tighter = top.differing(&tightened);
        let (said, of_top) = (as_map(patch), as_map(top));
        let keys = LIMITS.iter().map(|limit| limit.key).filter(|key| !tighter.contains(key));
        keys.filter_map(|key| Some((key, said.get(key)?, of_top.get(key)?)))
            .filter(|(_, said, top)| said != top)
            .map(|(key, said, top)| {
                format!("[{layer}] {key}: {said} never counts, for every order {top} does: a section only tightens")
            })
            .collect()
    }

    /// A section of a symbol that may not be traded.
    fn never_traded(&self, layer: &Layer) -> Option<String> {
        let (Layer::Instrument(name), Some(allowed)) = (layer, &self.base.symbols_allowed) else { return None };
        // By its number it may be any of them.
        let is_symbol = name.chars().any(|c| !c.is_ascii_digit());
        let is_allowed = allowed.iter().any(|symbol| symbol.eq_ignore_ascii_case(name));
        (is_symbol && !is_allowed)
            .then(|| format!("[{layer}]: {name} is not among symbols_allowed, so nothing is traded in it"))
    }
}

/// A section of digits that are no con_id. Some exchanges have symbols like that.
fn no_con_id(layer: &Layer) -> Option<String> {
    let Layer::Instrument(name) = layer else { return None };
    let is_meant = name.strip_prefix('+').unwrap_or(name).bytes().all(|byte| byte.is_ascii_digit());
    let is_one = !name.starts_with(['0', '+']) && name.parse::<ConId>().is_ok();
    (is_meant && !is_one).then(|| {
        format!("[{layer}]: {name} is no con_id, which begins with 1 to 9; it counts for a symbol {name} alone")
    })
}

#[cfg(test)]
#[path = "doubts_tests.rs"]
mod tests;
