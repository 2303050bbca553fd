//! Where a file decides, and what else it could say there.

#![expect(clippy::wildcard_enum_match_arm, reason = "the syntax of Rust is not ours, and only some of it decides")]

use proc_macro2::Span;
use std::collections::BTreeMap;
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, ExprBinary, ExprMethodCall, ImplItemFn, ItemFn, Lit, ReturnType, Signature, Stmt, Type, UnOp};

/// How the text of a place is put aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// The inside of a function's braces: returns early.
    Body,
    /// A statement with its semicolon: is left out.
    Statement,
    /// An expression: is another one.
    Expression,
}

/// A place in a file, and the texts that could stand there instead.
#[derive(Debug, Default)]
pub(super) struct Alternatives {
    pub(super) function: String,
    pub(super) texts: Vec<String>,
}

/// Places by where they begin (outer ones first), with their shape.
pub(super) type Sites = BTreeMap<(usize, std::cmp::Reverse<usize>, Shape), Alternatives>;

/// Functions that make words for people, not decisions.
const WORDS: [&str; 9] = ["fmt", "word", "words", "name", "hint", "reason", "ask", "unknown_words", "doc"];
/// Methods with a twin of the same type that decides otherwise.
const TWINS: [(&str, &str); 16] = [
    ("min", "max"),
    ("max", "min"),
    ("any", "all"),
    ("all", "any"),
    ("is_some", "is_none"),
    ("is_none", "is_some"),
    ("is_ok", "is_err"),
    ("is_err", "is_ok"),
    ("is_some_and", "is_none_or"),
    ("is_none_or", "is_some_and"),
    ("checked_add", "checked_sub"),
    ("checked_sub", "checked_add"),
    ("checked_mul", "checked_div"),
    ("checked_div", "checked_mul"),
    ("saturating_add", "saturating_sub"),
    ("saturating_sub", "saturating_add"),
];
/// Methods whose closure answers yes or no.
const QUESTIONS: [&str; 8] = ["filter", "any", "all", "is_some_and", "is_none_or", "take_while", "find", "retain"];
/// Methods that answer yes or no.
const ANSWERS: [&str; 4] = ["contains", "contains_key", "is_empty", "is_zero"];

/// Every place of a file.
pub(super) fn find(text: &str) -> Result<Sites, String> {
    let file = syn::parse_file(text).map_err(|error| error.to_string())?;
    let mut finder = Finder { text, function: String::new(), sites: Sites::new() };
    finder.visit_file(&file);
    Ok(finder.sites)
}

struct Finder<'a> {
    text: &'a str,
    function: String,
    sites: Sites,
}

impl Finder<'_> {
    fn text_of(&self, span: Span) -> String {
        self.text.get(span.byte_range()).unwrap_or_default().to_owned()
    }

    fn add(&mut self, range: Range<usize>, shape: Shape, texts: impl IntoIterator<Item = String>) {
        let site = self.sites.entry((range.start, std::cmp::Reverse(range.end), shape)).or_default();
        site.function.clone_from(&self.function);
        for text in texts {
            if !site.texts.contains(&text) {
                site.texts.push(text);
            }
        }
    }

    fn expression(&mut self, span: Span, texts: impl IntoIterator<Item = String>) {
        self.add(span.byte_range(), Shape::Expression, texts);
    }

    /// The place with one part of it replaced.
    fn with(&self, whole: Span, part: Span, new: &str) -> String {
        let (whole, part) = (whole.byte_range(), part.byte_range());
        let before = self.text.get(whole.start..part.start).unwrap_or_default();
        let after = self.text.get(part.end..whole.end).unwrap_or_default();
        format!("{before}{new}{after}")
    }

    /// An answer that no operator inside can turn.
    fn answer(&mut self, expr: &Expr) {
        if matches!(
            expr,
            Expr::Binary(_) | Expr::Unary(_) | Expr::Let(_) | Expr::Block(_) | Expr::Match(_) | Expr::If(_)
        ) {
            return;
        }
        self.expression(expr.span(), ["true".to_owned(), "false".to_owned()]);
    }

    fn body(&mut self, signature: &Signature, block: &syn::Block, visit: impl FnOnce(&mut Self)) {
        let name = signature.ident.to_string();
        if signature.constness.is_some() || WORDS.contains(&name.as_str()) || makes_words(&signature.output) {
            return;
        }
        let outer = std::mem::replace(&mut self.function, name);
        if let (Some(first), Some(last)) = (block.stmts.first(), block.stmts.last()) {
            let range = first.span().byte_range().start..last.span().byte_range().end;
            let returns = instead(&signature.output);
            self.add(range, Shape::Body, returns.iter().map(|text| (*text).to_owned()));
        }
        visit(self);
        self.function = outer;
    }
}

/// Words and reasons are for people.
fn makes_words(output: &ReturnType) -> bool {
    match last_of(output) {
        Some((name, _)) => matches!(name.as_str(), "String" | "str" | "Reason"),
        None => false,
    }
}

/// The last part of the type that is returned, and whether it says more in brackets.
fn last_of(output: &ReturnType) -> Option<(String, String)> {
    let ReturnType::Type(_, kind) = output else { return None };
    let mut kind = kind.as_ref();
    while let Type::Reference(inner) = kind {
        kind = inner.elem.as_ref();
    }
    let Type::Path(path) = kind else { return None };
    let last = path.path.segments.last()?;
    let inner = match &last.arguments {
        syn::PathArguments::AngleBracketed(inner) => inner.span().source_text().unwrap_or_default(),
        syn::PathArguments::None | syn::PathArguments::Parenthesized(_) => String::new(),
    };
    Some((last.ident.to_string(), inner))
}

/// What a function could return without having looked.
fn instead(output: &ReturnType) -> &'static [&'static str] {
    let ReturnType::Type(_, kind) = output else { return &["return;"] };
    if matches!(kind.as_ref(), Type::Reference(_)) {
        return &[];
    }
    let Some((name, inner)) = last_of(output) else { return &[] };
    match name.as_str() {
        "bool" => &["return true;", "return false;"],
        "Option" => &["return None;"],
        "Verdict" => &["return Verdict::Pass;"],
        "Vec" => &["return Vec::new();"],
        "Decimal" => &["return Decimal::ZERO;", "return Decimal::ONE;"],
        "u8" | "u32" | "u64" | "i64" | "usize" => &["return 0;", "return 1;"],
        "Result" if inner.starts_with("<()") => &["return Ok(());"],
        _ => &[],
    }
}

fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(binary) => matches!(binary.op, BinOp::And(_)) && (has_let(&binary.left) || has_let(&binary.right)),
        _ => false,
    }
}

/// What could stand in an operator's place.
fn instead_of(op: &BinOp) -> &'static [&'static str] {
    match op {
        BinOp::Eq(_) => &["!="],
        BinOp::Ne(_) => &["=="],
        BinOp::Lt(_) => &["<=", ">="],
        BinOp::Le(_) => &["<", ">"],
        BinOp::Gt(_) => &[">=", "<="],
        BinOp::Ge(_) => &[">", "<"],
        BinOp::And(_) => &["||"],
        BinOp::Or(_) => &["&&"],
        BinOp::Add(_) => &["-"],
        BinOp::Sub(_) => &["+"],
        BinOp::Mul(_) => &["/"],
        BinOp::Div(_) => &["*"],
        BinOp::AddAssign(_) => &["-="],
        BinOp::SubAssign(_) => &["+="],
        _ => &[],
    }
}

/// Whether a branch ends in words: a text, several, or one that is put together.
fn is_words(last: Option<&Stmt>) -> bool {
    fn is_text(expr: &Expr) -> bool {
        match expr {
            Expr::Lit(one) => matches!(one.lit, Lit::Str(_)),
            Expr::Tuple(many) => !many.elems.is_empty() && many.elems.iter().all(is_text),
            Expr::Macro(one) => one.mac.path.is_ident("format"),
            Expr::MethodCall(call) => call.method == "to_owned" && is_text(&call.receiver),
            Expr::Reference(inner) => is_text(&inner.expr),
            _ => false,
        }
    }
    match last {
        Some(Stmt::Expr(expr, None)) => is_text(expr),
        Some(Stmt::Macro(one)) => one.mac.path.is_ident("format"),
        Some(Stmt::Expr(..) | Stmt::Local(_) | Stmt::Item(_)) | None => false,
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes
        .iter()
        .any(|one| one.path().is_ident("cfg") && one.meta.span().source_text().is_some_and(|t| t.contains("test")))
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if !is_for_tests(&item.attrs) {
            self.body(&item.sig, &item.block, |finder| finder.visit_block(&item.block));
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.body(&item.sig, &item.block, |finder| finder.visit_block(&item.block));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    // What is computed when it is compiled cannot be switched.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}

    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}

    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}

    fn visit_pat(&mut self, _: &'ast syn::Pat) {}

    fn visit_type(&mut self, _: &'ast Type) {}

    fn visit_expr_repeat(&mut self, _: &'ast syn::ExprRepeat) {}

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        if let Stmt::Expr(Expr::MethodCall(_) | Expr::Call(_) | Expr::Assign(_) | Expr::Binary(_), Some(_)) = statement
        {
            self.add(statement.span().byte_range(), Shape::Statement, [String::new()]);
        }
        visit::visit_stmt(self, statement);
    }

    fn visit_expr_assign(&mut self, expr: &'ast syn::ExprAssign) {
        self.visit_expr(&expr.right);
    }

    fn visit_expr_binary(&mut self, expr: &'ast ExprBinary) {
        if !(matches!(expr.op, BinOp::And(_)) && (has_let(&expr.left) || has_let(&expr.right))) {
            let texts: Vec<String> =
                instead_of(&expr.op).iter().map(|new| self.with(expr.span(), expr.op.span(), new)).collect();
            self.expression(expr.span(), texts);
        }
        let assigns = matches!(expr.op, BinOp::AddAssign(_) | BinOp::SubAssign(_));
        if !assigns {
            self.visit_expr(&expr.left);
        }
        self.visit_expr(&expr.right);
    }

    fn visit_expr_unary(&mut self, expr: &'ast syn::ExprUnary) {
        if matches!(expr.op, UnOp::Not(_)) {
            let text = self.text_of(expr.expr.span());
            self.expression(expr.span(), [text]);
        }
        visit::visit_expr_unary(self, expr);
    }

    fn visit_expr_if(&mut self, expr: &'ast syn::ExprIf) {
        if is_words(expr.then_branch.stmts.last()) {
            return;
        }
        self.answer(&expr.cond);
        visit::visit_expr_if(self, expr);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if let Some((_, guard)) = &arm.guard {
            self.answer(guard);
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_macro(&mut self, expr: &'ast syn::ExprMacro) {
        if expr.mac.path.is_ident("matches") {
            self.expression(expr.span(), ["true".to_owned(), "false".to_owned()]);
        }
    }

    fn visit_expr_path(&mut self, expr: &'ast syn::ExprPath) {
        if self.text_of(expr.span()) == "Verdict::Pass" {
            self.expression(expr.span(), ["Verdict::Deny(Vec::new())".to_owned()]);
        }
    }

    fn visit_expr_lit(&mut self, expr: &'ast syn::ExprLit) {
        match &expr.lit {
            Lit::Int(_) => {
                let text = self.text_of(expr.span());
                self.expression(expr.span(), [format!("{text} + 1")]);
            }
            Lit::Bool(value) => self.expression(expr.span(), [(!value.value).to_string()]),
            _ => {}
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let name = call.method.to_string();
        let texts: Vec<String> = TWINS
            .iter()
            .filter(|(one, _)| *one == name)
            .map(|(_, twin)| self.with(call.span(), call.method.span(), twin))
            .collect();
        if !texts.is_empty() {
            self.expression(call.span(), texts);
        }
        if ANSWERS.contains(&name.as_str()) {
            let text = self.text_of(call.span());
            self.expression(call.span(), [format!("!{text}")]);
        }
        if QUESTIONS.contains(&name.as_str())
            && let Some(Expr::Closure(closure)) = call.args.first()
        {
            self.answer(&closure.body);
        }
        self.visit_expr(&call.receiver);
        // The arguments of a reason are words.
        if name != "reason" {
            call.args.iter().for_each(|argument| self.visit_expr(argument));
        }
    }
}

#[cfg(test)]
#[path = "sites_tests.rs"]
mod tests;
