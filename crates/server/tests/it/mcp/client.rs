//! A client with a key, and what it heard.

use crate::client::{Gateway, PATIENCE};
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult,
    ElicitationAction, ElicitationCapability, Implementation, ProtocolVersion, ResourceUpdatedNotificationParam,
    UrlElicitationCapability,
};
use rmcp::service::{NotificationContext, RequestContext, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{ClientHandler, ClientLifecycleMode, ClientServiceExt, ErrorData, RoleClient};
use serde_json::{Map, Value};
use std::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The two versions of the protocol.
pub(super) const VERSIONS: [ProtocolVersion; 2] = [ProtocolVersion::V_2025_11_25, ProtocolVersion::V_2026_07_28];

/// What a client is asked and told.
pub(super) struct Ears {
    shows_pages: bool,
    pages: Mutex<Vec<String>>,
    updates: UnboundedSender<String>,
}

impl ClientHandler for Ears {
    fn get_info(&self) -> ClientConfig {
        let pages = ElicitationCapability::new().with_url(UrlElicitationCapability::new());
        let mut capabilities = ClientCapabilities::default();
        capabilities.elicitation = self.shows_pages.then_some(pages);
        let mut config = ClientConfig::new(capabilities, Implementation::new("test", "1"));
        config.protocol_version = ProtocolVersion::V_2025_11_25;
        config
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let ElicitRequestParams::UrlElicitationParams { url, .. } = request else {
            return Err(ErrorData::invalid_params("no forms", None));
        };
        self.pages.lock().unwrap().push(url);
        Ok(ElicitResult::new(ElicitationAction::Accept))
    }

    async fn on_resource_updated(
        &self,
        told: ResourceUpdatedNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        self.updates.send(told.uri).ok();
    }
}

pub(super) struct Client {
    pub(super) service: RunningService<RoleClient, Ears>,
    pub(super) updates: UnboundedReceiver<String>,
}

/// A client with that key.
pub(super) async fn connect(gateway: &Gateway, key: &str, version: &ProtocolVersion) -> Client {
    connect_as(gateway, key, version, false).await
}

/// The same; it may be able to show pages.
pub(super) async fn connect_as(gateway: &Gateway, key: &str, version: &ProtocolVersion, shows_pages: bool) -> Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let config = StreamableHttpClientTransportConfig::with_uri(format!("http://{}/mcp", gateway.addr)).auth_header(key);
    let transport = StreamableHttpClientTransport::with_client(http, config);
    let (updates, heard) = unbounded_channel();
    let ears = Ears { shows_pages, pages: Mutex::default(), updates };
    let lifecycle = if version.has_initialize() {
        ClientLifecycleMode::Initialize
    } else {
        ClientLifecycleMode::Discover { preferred_versions: vec![version.clone()] }
    };
    let service = tokio::time::timeout(PATIENCE, ears.serve_with_lifecycle(transport, lifecycle)).await;
    Client { service: service.expect("the gateway answers").unwrap(), updates: heard }
}

/// A call.
pub(super) fn call(name: &'static str, arguments: &Value) -> CallToolRequestParams {
    let arguments: Map<String, Value> = arguments.as_object().unwrap().clone();
    CallToolRequestParams::new(name).with_arguments(arguments)
}

impl Client {
    pub(super) async fn call(&self, name: &'static str, arguments: &Value) -> CallToolResult {
        let called = tokio::time::timeout(PATIENCE, self.service.call_tool(call(name, arguments))).await;
        called.expect("the gateway answers").unwrap()
    }

    /// The structured answer of a call that went well.
    pub(super) async fn ask(&self, name: &'static str, arguments: &Value) -> Value {
        let result = self.call(name, arguments).await;
        assert_ne!(result.is_error, Some(true), "{name}: {result:?}");
        let told = result.structured_content.clone().unwrap();
        assert_eq!(serde_json::from_str::<Value>(text(&result)).unwrap(), told, "text and structure say the same");
        told
    }

    /// The refusal of a call.
    pub(super) async fn refused(&self, name: &'static str, arguments: &Value) -> Value {
        let result = self.call(name, arguments).await;
        assert_eq!((result.is_error, &result.structured_content), (Some(true), &None), "{name}: {result:?}");
        serde_json::from_str(text(&result)).unwrap()
    }

    /// It is killed: no word to the gateway, all its connections end.
    pub(super) fn vanish(self) {
        self.service.cancellation_token().cancel();
    }

    /// The pages that it was asked to show.
    pub(super) fn pages(&self) -> Vec<String> {
        self.service.service().pages.lock().unwrap().clone()
    }
}

/// The last text of a result.
pub(super) fn text(result: &CallToolResult) -> &str {
    &result.content.last().unwrap().as_text().unwrap().text
}
