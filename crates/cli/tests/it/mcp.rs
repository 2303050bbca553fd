//! `tollgate mcp`, the real binary: by the official client of Rust over its pipes, by those of other languages, and by nobody.

use crate::support::{Desktop, PATIENCE};
use rmcp::model::{CallToolRequestParams, ProtocolVersion, SubscriptionFilter};
use rmcp::service::RunningService;
use rmcp::{ClientLifecycleMode, ClientServiceExt, RoleClient, ServiceError};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn tollgate() -> &'static str {
    env!("CARGO_BIN_EXE_tollgate")
}

type Client = RunningService<RoleClient, ()>;

/// A client of that version at the pipes of `tollgate mcp`.
async fn connect(desktop: &Desktop, words: &[&str], version: &ProtocolVersion) -> (Client, tokio::process::Child) {
    let mut command = tokio::process::Command::new(tollgate());
    command.env_clear().env("HOME", desktop.path("")).arg("mcp").args(words).kill_on_drop(true);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let lifecycle = if version.has_initialize() {
        ClientLifecycleMode::Initialize
    } else {
        ClientLifecycleMode::Discover { preferred_versions: vec![version.clone()] }
    };
    let pipes = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
    let client = tokio::time::timeout(PATIENCE, ().serve_with_lifecycle(pipes, lifecycle)).await;
    (client.unwrap().unwrap(), child)
}

async fn call(client: &Client, name: &'static str, arguments: &Value) -> Value {
    let arguments = arguments.as_object().unwrap().clone();
    let asked = client.call_tool(CallToolRequestParams::new(name).with_arguments(arguments));
    let result = tokio::time::timeout(PATIENCE, asked).await.unwrap().unwrap();
    assert_ne!(result.is_error, Some(true), "{name}: {result:?}");
    result.structured_content.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_places_over_stdio_and_a_human_approves() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let key = desktop.data("agent.key").display().to_string();
    for (version, cl_ord_id) in [(ProtocolVersion::V_2025_11_25, "old-1"), (ProtocolVersion::V_2026_07_28, "new-1")] {
        let (client, mut child) = connect(&desktop, &["--url", &gateway.url, "--key-file", &key], &version).await;
        assert_eq!(client.list_all_tools().await.unwrap().len(), 23);
        let mut order = json!({
            "symbol": "KO", "sec_type": "stk", "exchange": "SMART", "currency": "USD", "side": "buy", "qty": "10",
            "order_type": "market", "tif": "day",
        });
        let preview = call(&client, "preview_order", &order).await;
        assert_eq!(preview["decision"], "needs_approval");
        order["preview_id"] = preview["preview_id"].clone();
        order["cl_ord_id"] = json!(cl_ord_id);
        let placed = call(&client, "place_order", &order).await;
        let id = placed["approval"]["id"].as_str().unwrap().to_owned();
        assert_eq!(placed["approval"]["url"], format!("{}/approvals/{id}", gateway.url));
        assert_eq!(venue.count_of(cl_ord_id), 0);
        // The agent's key cannot, by whatever door.
        assert_eq!(gateway.ask_as_agent(&format!("approval approve {id}")).exit, 4);
        gateway.json(&format!("approval approve {id}"));
        let again = call(&client, "place_order", &order).await;
        assert_eq!((&again["replayed"], &again["outcome"]), (&json!(true), &json!("acknowledged")));
        let deadline = Instant::now() + PATIENCE;
        while call(&client, "get_order_status", &json!({"cl_ord_id": cl_ord_id})).await["status"] != "filled" {
            assert!(Instant::now() < deadline, "not filled");
        }
        assert_eq!(venue.count_of(cl_ord_id), 1);
        client.cancel().await.unwrap();
        assert!(child.wait().await.unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_is_told_over_stdio() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let key = desktop.data("agent.key").display().to_string();
    let words = ["--url", gateway.url.as_str(), "--key-file", &key];
    let (client, _child) = connect(&desktop, &words, &ProtocolVersion::V_2026_07_28).await;
    let filter = SubscriptionFilter::builder().resource_subscription("tollgate://status").build();
    let mut listening = client.listen(filter).await.unwrap();
    gateway.json("kill reduce --reason test");
    let told = tokio::time::timeout(PATIENCE, listening.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(json!(told)["params"]["uri"], "tollgate://status");
    drop(listening);
}

/// What a call is told that gets no answer.
async fn lost(client: &Client) -> Value {
    let called = tokio::time::timeout(PATIENCE, client.call_tool(CallToolRequestParams::new("get_status"))).await;
    let ServiceError::McpError(told) = called.unwrap().unwrap_err() else { panic!("the conversation ended") };
    told.data.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_comes_back_is_found_again_and_a_key_that_is_revoked_is_told() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let (url, key) = (gateway.url.clone(), desktop.data("agent.key").display().to_string());
    let mut clients = Vec::new();
    for version in [ProtocolVersion::V_2025_11_25, ProtocolVersion::V_2026_07_28] {
        let connected = connect(&desktop, &["--url", &url, "--key-file", &key], &version).await;
        assert_eq!(call(&connected.0, "get_status", &json!({})).await["ready"], true);
        clients.push(connected);
    }
    drop(gateway);
    for (client, _) in &clients {
        assert_eq!(lost(client).await["code"], "outcome_unknown");
    }
    // The same address again.
    let listen = url.trim_start_matches("http://");
    let again = desktop.start_with(&[("TOLLGATE_LISTEN", listen)], &["serve"]);
    again.stderr_line("tollgate is ready at ");
    for (client, _) in &clients {
        assert_eq!(call(client, "get_status", &json!({})).await["ready"], true);
    }
    let operator = desktop.data("operator.key").display().to_string();
    let revoked = desktop.run(&["--url", &url, "--key-file", &operator, "key", "revoke", "agent"]);
    assert_eq!(revoked.exit, 0, "{revoked:?}");
    for (client, _) in &clients {
        assert_eq!(lost(client).await["code"], "unauthorized");
    }
}

#[test]
fn a_line_that_is_no_message_and_a_side_that_is_gone_end_nothing_but_themselves() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let key = desktop.data("agent.key").display().to_string();
    let mut command = Command::new(tollgate());
    command.env_clear().env("HOME", desktop.path("")).args(["mcp", "--url", &gateway.url, "--key-file", &key]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut words = child.stdin.take().unwrap();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
    });
    let mut ask = |id: u32, method: &str, more: Value| {
        let mut params = more;
        params["_meta"] = meta.clone();
        let line = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        writeln!(words, "no JSON\n{{\"half\": \n{line}").unwrap();
        let answer: Value = serde_json::from_str(&told.next().unwrap().unwrap()).unwrap();
        assert_eq!(answer["id"], id, "{answer}");
        answer
    };
    assert!(ask(1, "server/discover", json!({}))["result"].is_object());
    let status = ask(2, "tools/call", json!({"name": "get_status", "arguments": {}}));
    assert_eq!(status["result"]["structuredContent"]["ready"], true);
    // More than the gateway takes: refused, with the code, and the next one goes on.
    let large = ask(3, "tools/call", json!({"name": "get_status", "arguments": {"x": "y".repeat(70_000)}}));
    assert_eq!(large["error"]["data"]["code"], "payload_too_large", "{large}");
    assert!(ask(4, "tools/list", json!({}))["result"]["tools"].is_array());
    drop(words);
    assert!(child.wait().unwrap().success(), "whoever closes his side is done");
}

#[test]
fn without_a_gateway_it_says_how_to_start_one() {
    let desktop = Desktop::new();
    std::fs::write(desktop.path("agent.key"), "0\n").unwrap();
    let key = desktop.path("agent.key").display().to_string();
    let output = desktop.run(&["mcp", "--url", "http://127.0.0.1:9", "--key-file", &key]);
    assert_eq!((output.exit, output.stdout.as_str()), (9, ""));
    assert!(output.stderr.contains("start it with `tollgate serve`"), "{output:?}");
    let output = desktop.run(&["mcp"]);
    assert_eq!(output.exit, 4, "{output:?}");
    assert!(output.stderr.contains("agent.key"), "{output:?}");
}

#[test]
fn the_configuration_that_it_prints_names_the_binary_and_what_was_said() {
    let desktop = Desktop::new();
    let said = ["--url", "http://127.0.0.1:1", "--key-file", "agent.key"];
    let print = |client: &str| {
        let words: Vec<&str> = ["mcp", "--print-config", client].into_iter().chain(said).collect();
        let output = desktop.run(&words);
        assert_eq!(output.exit, 0, "{output:?}");
        assert!(output.stderr.starts_with("put this into "), "{output:?}");
        output
    };
    let sections = [
        ("claude-desktop", "mcpServers"),
        ("claude-code", "mcpServers"),
        ("cursor", "mcpServers"),
        ("windsurf", "mcpServers"),
        ("gemini", "mcpServers"),
        ("vscode", "servers"),
        ("zed", "context_servers"),
    ];
    let key = std::env::current_dir().unwrap().join("agent.key").display().to_string();
    for (client, section) in sections {
        let server = print(client).json()[section]["tollgate"].clone();
        assert_eq!(server["command"], tollgate(), "{client}");
        assert_eq!(server["args"], json!(["mcp", "--key-file", key, "--url", "http://127.0.0.1:1"]), "{client}");
    }
    assert_eq!(print("http").json()["mcpServers"]["tollgate"]["url"], "http://127.0.0.1:1/mcp");
    let codex: toml::Table = print("codex").stdout.parse().unwrap();
    assert_eq!(codex["mcp_servers"]["tollgate"]["args"][0].as_str(), Some("mcp"));
}

#[test]
fn the_bundle_holds_the_binary_and_says_how_to_run_it() {
    let desktop = Desktop::new();
    let out = desktop.path("tollgate.mcpb");
    // Any program that says its version will do: the binary of the tests is large.
    let stand_in = desktop.path("stand-in");
    std::fs::write(&stand_in, "#!/bin/sh\necho tollgate 9.9.9\n").unwrap();
    assert!(Command::new("chmod").arg("755").arg(&stand_in).status().unwrap().success());
    let made = Command::new("python3").arg(root().join("scripts/mcpb.py")).args([&stand_in, &out]).status().unwrap();
    assert!(made.success());
    let to = desktop.path("opened");
    let opened = Command::new("python3").args(["-m", "zipfile", "-e"]).args([&out, &to]).status().unwrap();
    assert!(opened.success());
    let manifest: Value = serde_json::from_slice(&std::fs::read(to.join("manifest.json")).unwrap()).unwrap();
    assert_eq!((&manifest["version"], &manifest["server"]["type"]), (&json!("9.9.9"), &json!("binary")));
    assert_eq!(manifest["tools"].as_array().unwrap().len(), 23);
    let entry = to.join(manifest["server"]["entry_point"].as_str().unwrap());
    assert_eq!(std::fs::read(entry).unwrap(), std::fs::read(stand_in).unwrap());
}

#[test]
fn other_peoples_clients_call_every_tool() {
    let ran = Command::new("python3").arg(root().join("tests/mcp/run.py")).args(["--tollgate", tollgate()]).status();
    assert!(ran.unwrap().success(), "the table above says which client failed where");
}

#[test]
fn other_peoples_client_follows_the_guide_for_agents_as_it_is_written() {
    let python = root().join("target/mcp-clients/venv/bin/python");
    let ran = Command::new(python).arg(root().join("tests/mcp/guide.py")).args(["--tollgate", tollgate()]).status();
    assert!(ran.unwrap().success());
}
