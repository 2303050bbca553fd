use super::screen::Screen;
use pty_process::Size;
use pty_process::blocking::{Command, open};
use rustix::termios::tcgetattr;
use std::io::Read;

/// Set in the process that takes a terminal and panics.
const PANICS: &str = "TOLLGATE_TEST_PANICS";

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    if std::env::var_os(PANICS).is_some() {
        let _screen = Screen::take().unwrap();
        // As a task of the edge does: nobody unwinds through the screen.
        std::thread::spawn(|| panic!("the reason")).join().unwrap_err();
        // The harness of the tests would end it in order.
        std::process::abort();
    }
    let (mut pty, pts) = open().unwrap();
    pty.resize(Size::new(24, 80)).unwrap();
    let before = tcgetattr(&pty).unwrap().local_modes;
    let name =
        format!("{}::a_panic_gives_the_terminal_back_before_it_is_told", module_path!().split_once("::").unwrap().1);
    let again = Command::new(std::env::current_exe().unwrap()).args(["--exact", &name, "--nocapture"]).env(PANICS, "1");
    let mut child = again.spawn(pts).unwrap();
    let mut terminal = vt100::Parser::default();
    let mut bytes = [0; 4096];
    let mut was_taken = false;
    // The end of the process is an error here, not an end.
    while let Ok(read) = pty.read(&mut bytes) {
        for byte in &bytes[..read] {
            terminal.process(&[*byte]);
            was_taken |= terminal.screen().alternate_screen();
        }
    }
    child.wait().unwrap();
    let screen = terminal.screen();
    assert!(was_taken, "{}", screen.contents());
    assert!(screen.contents().contains("the reason"), "{}", screen.contents());
    assert!(!screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor());
    assert_eq!(tcgetattr(&pty).unwrap().local_modes, before);
}
