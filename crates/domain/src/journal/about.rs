//! What a record is about: its kind, its order, and whoever asked for it.

use super::JournalEvent;
use crate::id::{ClOrdId, CorrelationId};
use crate::principal::Principal;

impl JournalEvent {
    /// Every word that [`Self::kind`] gives.
    pub const KINDS: [&'static str; 49] = [
        "installed",
        "started",
        "policy_applied",
        "policy_wished",
        "policy_accepted",
        "policy_withdrawn",
        "stopped",
        "link_up",
        "link_down",
        "notice",
        "previewed",
        "order_denied",
        "order_simulated",
        "approval_requested",
        "approval_moved",
        "order_submitting",
        "replace_submitting",
        "replace_denied",
        "cancel_submitting",
        "flatten_requested",
        "order",
        "external_execution",
        "external_commission",
        "external_bust",
        "positions_adopted",
        "position_adopted",
        "external_order",
        "trading_state_set",
        "mandate_granted",
        "mandate_confirmed",
        "mandate_used",
        "mandate_revoked",
        "live_armed",
        "live_disarmed",
        "reference_survived",
        "limits_drilled",
        "instrument_halted",
        "instrument_released",
        "reconciled",
        "verified",
        "restored",
        "orphan_seen",
        "trading_day_began",
        "account_marked",
        "breaker_tripped",
        "breaker_reset",
        "loop",
        "key_created",
        "key_revoked",
    ];

    /// The word in the `kind` field, for filters and columns.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Installed { .. } => "installed",
            Self::Started { .. } => "started",
            Self::PolicyApplied { .. } => "policy_applied",
            Self::PolicyWished { .. } => "policy_wished",
            Self::PolicyAccepted { .. } => "policy_accepted",
            Self::PolicyWithdrawn { .. } => "policy_withdrawn",
            Self::Stopped => "stopped",
            Self::LinkUp { .. } => "link_up",
            Self::LinkDown { .. } => "link_down",
            Self::Notice { .. } => "notice",
            Self::Previewed { .. } => "previewed",
            Self::OrderDenied { .. } => "order_denied",
            Self::OrderSimulated { .. } => "order_simulated",
            Self::ApprovalRequested { .. } => "approval_requested",
            Self::ApprovalMoved { .. } => "approval_moved",
            Self::OrderSubmitting { .. } => "order_submitting",
            Self::ReplaceSubmitting { .. } => "replace_submitting",
            Self::ReplaceDenied { .. } => "replace_denied",
            Self::CancelSubmitting { .. } => "cancel_submitting",
            Self::FlattenRequested { .. } => "flatten_requested",
            Self::Order { .. } => "order",
            Self::ExternalExecution { .. } => "external_execution",
            Self::ExternalCommission { .. } => "external_commission",
            Self::ExternalBust { .. } => "external_bust",
            Self::PositionsAdopted { .. } => "positions_adopted",
            Self::PositionAdopted { .. } => "position_adopted",
            Self::ExternalOrder { .. } => "external_order",
            Self::TradingStateSet { .. } => "trading_state_set",
            Self::MandateGranted { .. } => "mandate_granted",
            Self::MandateConfirmed { .. } => "mandate_confirmed",
            Self::MandateUsed { .. } => "mandate_used",
            Self::MandateRevoked { .. } => "mandate_revoked",
            Self::LiveArmed { .. } => "live_armed",
            Self::LiveDisarmed { .. } => "live_disarmed",
            Self::ReferenceSurvived { .. } => "reference_survived",
            Self::LimitsDrilled { .. } => "limits_drilled",
            Self::InstrumentHalted { .. } => "instrument_halted",
            Self::InstrumentReleased { .. } => "instrument_released",
            Self::Reconciled { .. } => "reconciled",
            Self::Verified { .. } => "verified",
            Self::Restored { .. } => "restored",
            Self::OrphanSeen { .. } => "orphan_seen",
            Self::TradingDayBegan { .. } => "trading_day_began",
            Self::AccountMarked { .. } => "account_marked",
            Self::BreakerTripped { .. } => "breaker_tripped",
            Self::BreakerReset { .. } => "breaker_reset",
            Self::Loop { .. } => "loop",
            Self::KeyCreated { .. } => "key_created",
            Self::KeyRevoked { .. } => "key_revoked",
        }
    }

    /// What became of an order, where the record is about that: a closer word beside `order`.
    pub fn of_order(&self) -> Option<&'static str> {
        if let Self::Order { event, .. } = self { Some(event.word()) } else { None }
    }

    /// The order that it concerns, if one.
    pub fn cl_ord_id(&self) -> Option<&ClOrdId> {
        match self {
            Self::OrderDenied { intent, .. } => Some(&intent.cl_ord_id),
            Self::OrderSimulated { order, .. }
            | Self::ApprovalRequested { order, .. }
            | Self::OrderSubmitting { order, .. } => Some(&order.intent.cl_ord_id),
            Self::ReplaceSubmitting { cl_ord_id, .. }
            | Self::ReplaceDenied { cl_ord_id, .. }
            | Self::CancelSubmitting { cl_ord_id, .. }
            | Self::OrphanSeen { cl_ord_id, .. }
            | Self::MandateUsed { cl_ord_id, .. }
            | Self::ReferenceSurvived { cl_ord_id, .. }
            | Self::Order { cl_ord_id, .. } => Some(cl_ord_id),
            Self::Installed { .. }
            | Self::Started { .. }
            | Self::Stopped
            | Self::LinkUp { .. }
            | Self::LinkDown { .. }
            | Self::Notice { .. }
            | Self::Previewed { .. }
            | Self::ApprovalMoved { .. }
            | Self::ExternalExecution { .. }
            | Self::ExternalCommission { .. }
            | Self::ExternalBust { .. }
            | Self::PositionsAdopted { .. }
            | Self::PositionAdopted { .. }
            | Self::ExternalOrder { .. }
            | Self::FlattenRequested { .. }
            | Self::TradingStateSet { .. }
            | Self::PolicyApplied { .. }
            | Self::PolicyWished { .. }
            | Self::PolicyAccepted { .. }
            | Self::PolicyWithdrawn { .. }
            | Self::MandateGranted { .. }
            | Self::MandateConfirmed { .. }
            | Self::MandateRevoked { .. }
            | Self::LiveArmed { .. }
            | Self::LiveDisarmed { .. }
            | Self::LimitsDrilled { .. }
            | Self::InstrumentHalted { .. }
            | Self::InstrumentReleased { .. }
            | Self::Reconciled { .. }
            | Self::Verified { .. }
            | Self::Restored { .. }
            | Self::TradingDayBegan { .. }
            | Self::AccountMarked { .. }
            | Self::BreakerTripped { .. }
            | Self::BreakerReset { .. }
            | Self::Loop { .. }
            | Self::KeyCreated { .. }
            | Self::KeyRevoked { .. } => None,
        }
    }

    /// Who caused it, if a caller did.
    pub fn principal(&self) -> Option<&Principal> {
        match self {
            Self::OrderDenied { by, .. }
            | Self::OrderSimulated { by, .. }
            | Self::ApprovalRequested { by, .. }
            | Self::OrderSubmitting { by, .. }
            | Self::ReplaceSubmitting { by, .. }
            | Self::ReplaceDenied { by, .. }
            | Self::CancelSubmitting { by, .. }
            | Self::FlattenRequested { by, .. }
            | Self::TradingStateSet { by, .. }
            | Self::PositionAdopted { by, .. }
            | Self::PolicyAccepted { by, .. }
            | Self::BreakerReset { by, .. }
            | Self::Loop { by, .. }
            | Self::MandateGranted { by, .. }
            | Self::MandateConfirmed { by, .. }
            | Self::MandateRevoked { by, .. }
            | Self::LiveArmed { by, .. }
            | Self::LiveDisarmed { by, .. }
            | Self::LimitsDrilled { by, .. }
            | Self::InstrumentReleased { by, .. } => Some(by),
            Self::Previewed { by, .. }
            | Self::PolicyApplied { by, .. }
            | Self::PolicyWished { by, .. }
            | Self::PolicyWithdrawn { by, .. } => by.as_ref(),
            Self::Installed { .. }
            | Self::Started { .. }
            | Self::Stopped
            | Self::LinkUp { .. }
            | Self::LinkDown { .. }
            | Self::Notice { .. }
            | Self::ApprovalMoved { .. }
            | Self::Order { .. }
            | Self::ExternalExecution { .. }
            | Self::ExternalCommission { .. }
            | Self::ExternalBust { .. }
            | Self::PositionsAdopted { .. }
            | Self::ExternalOrder { .. }
            | Self::MandateUsed { .. }
            | Self::ReferenceSurvived { .. }
            | Self::InstrumentHalted { .. }
            | Self::Reconciled { .. }
            | Self::Verified { .. }
            | Self::Restored { .. }
            | Self::OrphanSeen { .. }
            | Self::TradingDayBegan { .. }
            | Self::AccountMarked { .. }
            | Self::BreakerTripped { .. }
            | Self::KeyCreated { .. }
            | Self::KeyRevoked { .. } => None,
        }
    }

    /// The correlation id of the request behind it, if one.
    pub fn correlation_id(&self) -> Option<&CorrelationId> {
        self.principal().map(|principal| &principal.correlation_id)
    }
}
