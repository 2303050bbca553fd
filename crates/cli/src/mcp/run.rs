//! Which gateway, by which key; then the messages.

use super::{print, pump};
use crate::args::{Common, McpArgs};
use crate::client::{Client, KeySource, Request, Trust, http_for_streams, trust_of};
use crate::config::Config;
use crate::demo::Home;
use crate::failure::{Failure, UNAVAILABLE};
use crate::out::{Said, talk};
use crate::rehearsal::until_ready;
use crate::run::gateway::{EmbeddedSessions, Gateway};
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::streamable_http_client::{StreamableHttpClientTransport, StreamableHttpClientTransportConfig};
use serde_json::Value;

/// A gateway to talk to, and the key to present to it.
struct There {
    url: String,
    key: String,
    trust: Trust,
}

/// Runs it.
///
/// # Errors
/// There is no gateway, it does not know the key, or it goes away.
pub(crate) async fn run(
    args: &McpArgs,
    common: &Common,
    load: impl FnOnce() -> Result<Config, Failure>,
) -> Result<Said, Failure> {
    if let Some(client) = args.print_config {
        return print::configuration(client, args, common);
    }
    if args.demo {
        return demo().await;
    }
    let config = load()?;
    let key = match (&common.key_file, std::env::var("TOLLGATE_API_KEY")) {
        (Some(path), _) => KeySource::File(path.clone()),
        (None, Ok(key)) if !key.trim().is_empty() => KeySource::Given(key),
        // The operator's key would be an agent's here all the same.
        (None, Ok(_) | Err(_)) => KeySource::File(config.agent_key_file()),
    };
    let (url, trust) = trust_of(&config, common);
    talk_to(There { url, key: key.read()?, trust }).await
}

/// The demonstration, in this process, on any port.
async fn demo() -> Result<Said, Failure> {
    let home = Home::make(true).await?;
    let gateway = Box::pin(Gateway::start(&home.config, EmbeddedSessions::AlwaysInMemory)).await?;
    let talked = async {
        until_ready(&gateway, "the demo").await?;
        let url = gateway.url();
        let operator = home.config.operator_key_file();
        talk(format!("demo gateway at {url}; answer approvals with --url {url} --key-file {}", operator.display()));
        let key = KeySource::File(home.config.agent_key_file()).read()?;
        talk_to(There { url, key, trust: Trust::default() }).await
    };
    let talked = talked.await;
    let stopped = gateway.stop().await;
    let said = talked?;
    stopped?;
    Ok(said)
}

async fn talk_to(there: There) -> Result<Said, Failure> {
    // Asked once in plain words, because a client shows its user little of what goes wrong later.
    let asked = Client::new(&there.url, &KeySource::Given(there.key.clone()), &there.trust)?;
    match asked.send(Request::get("/status")).await {
        Ok(_status) => {}
        Err(Failure::Told(told)) if told.code == "forbidden_scope" => {}
        Err(failure) => return Err(failure),
    }
    let http = http_for_streams(&there.url, &there.trust)?;
    let at = format!("{}/mcp", there.url.trim_end_matches('/'));
    let config = StreamableHttpClientTransportConfig::with_uri(at).auth_header(there.key);
    let config = config.max_concurrent_requests(pump::SENDING_MAX);
    let gateway = StreamableHttpClientTransport::with_client(http, config);
    let (stdin, stdout) = rmcp::transport::stdio_pipes();
    match pump::pump(AsyncRwTransport::new(stdin, stdout), gateway).await {
        pump::End::AgentLeft => Ok(Said::new(Value::Null, "")),
        pump::End::GatewayLeft => {
            let text = format!("the gateway at {} ended the conversation", there.url);
            Err(Failure::told(
                UNAVAILABLE,
                "not_ready",
                text,
                "start it with `tollgate serve`, then the agent's program again",
            ))
        }
    }
}
