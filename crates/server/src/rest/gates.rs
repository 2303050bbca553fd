//! The gate board.

use crate::caller::Caller;
use crate::openapi::Problems;
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::principal::Principal;
use wire::Page;
use wire::gates::BoardEntry;
use wire::order::reasons;

/// Each gate: open, closed and why, or dependent on the order.
#[utoipa::path(get, path = "/api/v1/gates", operation_id = "get_gates", tag = "operations", responses((status = 200, body = Page<BoardEntry>, description = "The answer."), Problems))]
pub(crate) async fn board(State(app): State<App>, Caller(by): Caller) -> Answer {
    Ok(Json(board_of(&app, &by)?).into_response())
}

/// For every face.
pub(crate) fn board_of(app: &App, by: &Principal) -> Result<Page<BoardEntry>, Refusal> {
    let board = app.desk.gate_board(by)?;
    let items = board.iter().map(|entry| BoardEntry {
        number: entry.number,
        code: entry.code.to_owned(),
        title: entry.title.to_owned(),
        state: entry.state.to_owned(),
        reasons: reasons(&entry.reasons),
    });
    Ok(Page { items: items.collect(), next_cursor: None })
}
