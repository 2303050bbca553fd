//! Asking the human behind the client to open the page of an approval. Whatever the client answers decides nothing: it is told how the
//! order stands then.

use domain::principal::Principal;
use rmcp::RoleServer;
use rmcp::model::{
    CallToolRequestParams, ElicitRequest, ElicitRequestParams, InputRequest, InputRequests, InputRequiredResult,
    ProtocolVersion, RequestStateCodec, SealOptions,
};
use rmcp::service::RequestContext;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long an older client is waited for while it shows the question; then the call is answered without.
const PATIENCE: Duration = Duration::from_secs(45);
/// How long a state may be brought back.
const STATE_LIVES: Duration = Duration::from_mins(10);
const QUESTION: &str = "approval";

/// A page that a human is asked to open.
pub(super) struct Question {
    approval_id: String,
    url: String,
}

impl Question {
    /// The question in an answer, if there is one.
    pub(super) fn of(answer: &Value) -> Option<Self> {
        let text = |name: &str| answer.pointer(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self { approval_id: text("/approval/id")?, url: text("/approval/url")? })
    }

    fn params(&self) -> ElicitRequestParams {
        ElicitRequestParams::UrlElicitationParams {
            meta: None,
            message: "This order waits for a human. Open the page to see exactly what was asked, and answer there."
                .to_owned(),
            url: self.url.clone(),
            elicitation_id: self.approval_id.clone(),
        }
    }

    /// For clients of the newer protocol: the call is to be made again with this state.
    pub(super) fn as_result(
        &self,
        codec: &RequestStateCodec,
        by: &Principal,
        request: &CallToolRequestParams,
    ) -> InputRequiredResult {
        let bound = bound(by, request);
        let options = SealOptions::new().associated_data(bound.as_bytes()).ttl(STATE_LIVES);
        let state = codec.seal_with(self.approval_id.as_bytes(), &options);
        let asked = InputRequest::Elicitation(ElicitRequest::new(self.params()));
        InputRequiredResult::new(Some(InputRequests::from([(QUESTION.to_owned(), asked)])), Some(state))
    }

    /// For clients of the older protocol: they are asked while their call waits.
    pub(super) async fn ask(&self, context: &RequestContext<RoleServer>) {
        let asked = context.peer.create_elicitation_with_timeout(self.params(), Some(PATIENCE));
        match asked.await {
            Ok(answered) => {
                tracing::debug!(action = ?answered.action, approval = self.approval_id, "a client showed an approval");
            }
            Err(error) => tracing::debug!(%error, approval = self.approval_id, "a client did not show an approval"),
        }
    }
}

/// Whether the client can show a page.
pub(super) fn shows_pages(context: &RequestContext<RoleServer>) -> bool {
    let capabilities = context.client_capabilities();
    capabilities.and_then(|can| can.elicitation).is_some_and(|elicitation| elicitation.url.is_some())
}

/// Whether the client knows the newer protocol, in which no server asks during a call.
pub(super) fn is_newer(context: &RequestContext<RoleServer>) -> bool {
    context.protocol_version().is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

/// Looks at a state that was brought back: it must be ours, of this key, for this very call, and not too old.
///
/// # Errors
/// It is not.
pub(super) fn check_state(
    codec: &RequestStateCodec,
    by: &Principal,
    request: &CallToolRequestParams,
) -> Result<bool, String> {
    let Some(state) = &request.request_state else { return Ok(false) };
    codec.open_with(state, bound(by, request).as_bytes()).map(|_approval| true).map_err(|error| error.to_string())
}

/// What a state is good for.
fn bound(by: &Principal, request: &CallToolRequestParams) -> String {
    let nothing = Map::new();
    let arguments: BTreeMap<&String, &Value> = request.arguments.as_ref().unwrap_or(&nothing).iter().collect();
    let arguments: Vec<String> = arguments.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}\n{}\n{}", by.key_id, request.name, arguments.join("\n"))
}
