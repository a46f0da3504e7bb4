//! Whether the desktop is dark or light, where winit cannot tell: on Linux, whose desktops tell it by
//! the settings portal. It is asked by the programs that speak to the session's bus there.

use std::process::{Command, Stdio};

use eframe::egui::{Context, Event, Theme};

use crate::platform::task;

/// Questions to the portal, by the tool of systemd and by that of GLib; one of them is nearly
/// everywhere.
const QUESTIONS: [&[&str]; 2] = [
    &[
        "busctl",
        "--user",
        "--timeout=2",
        "call",
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.Settings",
        "Read",
        "ss",
        "org.freedesktop.appearance",
        "color-scheme",
    ],
    &[
        "gdbus",
        "call",
        "--session",
        "--timeout=2",
        "--dest=org.freedesktop.portal.Desktop",
        "--object-path=/org/freedesktop/portal/desktop",
        "--method=org.freedesktop.portal.Settings.Read",
        "org.freedesktop.appearance",
        "color-scheme",
    ],
];

/// Asks the desktop again where the window has come to the front: it may have changed since.
pub(super) fn follow(ctx: &Context) {
    let focused = |event: &Event| matches!(event, Event::WindowFocused(true));
    if ctx.input(|input| input.events.iter().any(focused)) {
        ask(ctx);
    }
}

/// Asks the desktop, if winit does not know; the answer comes by itself.
pub(super) fn ask(ctx: &Context) {
    if !cfg!(target_os = "linux") || ctx.input(|input| input.raw.system_theme.is_some()) {
        return;
    }
    let ctx = ctx.clone();
    let work = async move || {
        if let Some(theme) = QUESTIONS.iter().find_map(|words| answer(words)) {
            ctx.options_mut(|options| options.fallback_theme = theme);
            ctx.request_repaint();
        }
    };
    // Without a thread the theme stays as it is.
    let _ = task::spawn("theme", work);
}

fn answer(words: &[&str]) -> Option<Theme> {
    let (program, arguments) = words.split_first()?;
    let mut question = Command::new(program);
    let told = question.args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    told.status.success().then(|| read(&String::from_utf8_lossy(&told.stdout)))?
}

/// The portal's number, the last one of what the tools print; without a preference none.
fn read(told: &str) -> Option<Theme> {
    match told.rsplit(|c: char| !c.is_ascii_digit()).find(|number| !number.is_empty())? {
        "1" => Some(Theme::Dark),
        "2" => Some(Theme::Light),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_portal_prefers_is_read_from_either_tool() {
        assert_eq!(read("v v u 1\n"), Some(Theme::Dark));
        assert_eq!(read("v v u 2\n"), Some(Theme::Light));
        assert_eq!(read("v v u 0\n"), None);
        assert_eq!(read("(<<uint32 1>>,)\n"), Some(Theme::Dark));
        assert_eq!(read("(<<uint32 2>>,)\n"), Some(Theme::Light));
        assert_eq!(read(""), None);
        assert_eq!(answer(&["no-such-program"]), None);
    }
}
