//! Ready configuration for programs that speak MCP.

use crate::args::{Common, McpArgs, McpClient};
use crate::failure::Failure;
use crate::out::{Said, talk};
use serde_json::{Value, json};
use std::path::Path;

const NAME: &str = "tollgate";

/// Prints it, and says on stderr where it belongs.
///
/// # Errors
/// A path that is not text.
pub(super) fn configuration(client: McpClient, args: &McpArgs, common: &Common) -> Result<Said, Failure> {
    let command = std::env::current_exe().map_or_else(|_| "tollgate".to_owned(), |path| path.display().to_string());
    let words = words(args, common)?;
    talk(format!("put this into {}", place(client)));
    let stdio = json!({"command": command, "args": words});
    let typed = json!({"type": "stdio", "command": command, "args": words});
    let whole = match client {
        McpClient::ClaudeDesktop | McpClient::Cursor | McpClient::Windsurf | McpClient::Gemini => {
            under("mcpServers", &stdio)
        }
        McpClient::ClaudeCode => under("mcpServers", &typed),
        McpClient::Vscode => under("servers", &typed),
        McpClient::Zed => under("context_servers", &stdio),
        McpClient::Http => {
            let url = common.url.as_deref().unwrap_or("http://127.0.0.1:8787").trim_end_matches('/');
            let headers = json!({"Authorization": "Bearer ${TOLLGATE_API_KEY}"});
            under("mcpServers", &json!({"type": "http", "url": format!("{url}/mcp"), "headers": headers}))
        }
        McpClient::Codex => return Ok(Said::new(under("mcp_servers", &stdio), toml_of(&command, &words))),
    };
    let text = serde_json::to_string_pretty(&whole)
        .map_err(|error| Failure::usage(error.to_string(), "report this: it is made of our own words"))?;
    Ok(Said::new(whole, text))
}

fn under(section: &str, server: &Value) -> Value {
    json!({section: {NAME: server}})
}

fn toml_of(command: &str, words: &[String]) -> String {
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let words: Vec<String> = words.iter().map(|word| text(word)).collect();
    format!("[mcp_servers.{NAME}]\ncommand = {}\nargs = [{}]\n", text(command), words.join(", "))
}

/// The words behind the command: what was said here about which gateway, said again.
fn words(args: &McpArgs, common: &Common) -> Result<Vec<String>, Failure> {
    let mut words = vec!["mcp".to_owned()];
    if args.demo {
        words.push("--demo".to_owned());
    }
    let files = [("--config", &common.config), ("--key-file", &common.key_file), ("--ca-file", &common.ca_file)];
    for (flag, path) in files {
        let Some(path) = path else { continue };
        words.extend([flag.to_owned(), whole(path)?]);
    }
    for (flag, text) in [("--profile", &common.profile), ("--url", &common.url)] {
        let Some(text) = text else { continue };
        words.extend([flag.to_owned(), text.clone()]);
    }
    Ok(words)
}

/// The program that reads it starts us in a directory of its own.
fn whole(path: &Path) -> Result<String, Failure> {
    let whole = std::path::absolute(path)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display()), "name a path that exists"))?;
    let text = whole.to_str().map(str::to_owned);
    text.ok_or_else(|| Failure::usage(format!("{} is not text", path.display()), "use a path that is UTF-8"))
}

fn place(client: McpClient) -> &'static str {
    match client {
        McpClient::ClaudeDesktop => {
            "claude_desktop_config.json (Settings, Developer, Edit Config), beside what is there, and restart Claude"
        }
        McpClient::ClaudeCode => ".mcp.json in your project",
        McpClient::Cursor => "~/.cursor/mcp.json, or .cursor/mcp.json in your project",
        McpClient::Vscode => ".vscode/mcp.json in your project",
        McpClient::Windsurf => "~/.codeium/windsurf/mcp_config.json",
        McpClient::Zed => "Zed's settings.json",
        McpClient::Gemini => "~/.gemini/settings.json",
        McpClient::Codex => "~/.codex/config.toml",
        McpClient::Http => {
            "the configuration of a client that speaks streamable HTTP; the key is an agent's, in TOLLGATE_API_KEY of its environment"
        }
    }
}
