//! The one table of commands: what can be done now, by which name and keys. Buttons, menus, keys,
//! the palette and the list of shortcuts are made from it.

use eframe::egui::{Key, KeyboardShortcut, Modifiers, ThemePreference};

use super::backend::{Browse, Request};
use super::panes::PANES;
use super::scale;
use super::state::{Live, Seek, Studio};
use super::view::{Command, Wish};
use crate::protocol::Command as RunCommand;

const NUMBERS: [Key; 9] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
    Key::Num9,
];

const fn plain(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::NONE, key))
}

const fn with_command(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

const fn with_shift(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key))
}

/// All commands, as they stand now.
pub(super) fn all(studio: &Studio) -> Vec<Command> {
    let run = studio.run.as_ref();
    let live = run.map(|run| run.live);
    let folder = run.map(|run| run.folder.clone());
    let command = |id, name: &str, keys, wish| Command { id, name: name.to_owned(), keys, wish };
    let when = |holds: bool, wish: Wish| holds.then_some(wish);
    let tell = |holds: bool, what| when(holds, Wish::Ask(Request::Command(what)));
    let running = live == Some(Live::Running);
    let paused = live == Some(Live::Paused);
    let under_way = running || paused;
    let playing = studio.replay.as_ref().map(|replay| replay.playing);
    let steer = |now: bool, to| when(playing == Some(now), Wish::Seek(Seek::Play(to)));
    let resumable = folder.clone().filter(|_| live == Some(Live::Stored));
    let mut all = vec![
        command(
            "start",
            "Start the search",
            with_command(Key::Enter),
            when(studio.start_page, Wish::Start),
        ),
        command(
            "pause",
            "Hold after this step",
            plain(Key::Space),
            tell(running, RunCommand::Pause),
        ),
        command("go on", "Go on", plain(Key::Space), tell(paused, RunCommand::Resume)),
        command("step", "One step, then hold again", None, tell(paused, RunCommand::Step)),
        command(
            "stop",
            "Stop: save and end; the run can be resumed",
            None,
            tell(under_way, RunCommand::Stop),
        ),
        command(
            "resume",
            "Resume the run from its newest checkpoint",
            None,
            resumable.map(|folder| Wish::Ask(Request::Resume(folder))),
        ),
        command(
            "save",
            "Save a checkpoint",
            with_command(Key::S),
            tell(under_way, RunCommand::Save),
        ),
        command(
            "report",
            "Write its report",
            None,
            folder.clone().map(|folder| Wish::Ask(Request::WriteReport(folder))),
        ),
        command(
            "time blocks",
            "Measure milliseconds block by block, for a limit on them",
            None,
            when(times_wanted(studio), Wish::Ask(Request::TimeBlocks)),
        ),
        command(
            "pack",
            "Save the run as one file, with your own images",
            None,
            folder.map(|folder| Wish::Ask(Request::Pack(folder))),
        ),
        command(
            "share",
            "Copy a link to this search",
            None,
            when(studio.in_page(), Wish::Share { network: false }),
        ),
        command(
            "share network",
            "Copy a link to this search with the network in view",
            None,
            when(studio.in_page() && studio.network.is_some(), Wish::Share { network: true }),
        ),
        command("hold replay", "Hold the replay", plain(Key::Space), steer(true, false)),
        command("play", "Play the replay", plain(Key::Space), steer(false, true)),
        command(
            "new",
            "New run, or open another …",
            with_command(Key::N),
            Some(Wish::StartPage(true)),
        ),
        command(
            "back",
            "Back from the start page to the panes",
            None,
            when(studio.start_page, Wish::StartPage(false)),
        ),
        command(
            "open folder",
            "Open a folder: a run, or images …",
            with_command(Key::O),
            // Browsers let choose files alone.
            when(!studio.in_page(), Wish::Ask(Request::Browse(Browse::Folder))),
        ),
        command(
            "open file",
            "Open an archive or a file of images …",
            with_shift(Key::O),
            Some(Wish::Ask(Request::Browse(Browse::File))),
        ),
    ];
    let numbers = NUMBERS.into_iter().map(Some).chain(std::iter::repeat(None));
    all.extend(PANES.iter().zip(numbers).map(|(entry, number)| Command {
        id: entry.key,
        name: format!("Show {}", entry.title),
        keys: number.and_then(with_command),
        wish: Some(Wish::Pane(entry.key)),
    }));
    let percent = studio.scale;
    // A page is scaled by its browser, with the same keys.
    let to_scale = |to: Option<u32>| to.filter(|_| !studio.in_page()).map(Wish::Scale);
    let normal = (percent != scale::NORMAL).then_some(scale::NORMAL);
    let theme = |id, name, theme| command(id, name, None, Some(Wish::Theme(theme)));
    all.extend([
        command(
            "restore layout",
            "Restore the layout",
            with_shift(Key::L),
            Some(Wish::RestoreLayout),
        ),
        command(
            "larger",
            "Everything larger",
            with_command(Key::Plus),
            to_scale(scale::larger(percent)),
        ),
        command(
            "smaller",
            "Everything smaller",
            with_command(Key::Minus),
            to_scale(scale::smaller(percent)),
        ),
        command(
            "normal size",
            "Everything as large as usual",
            with_command(Key::Num0),
            to_scale(normal),
        ),
        theme("dark", "Dark theme", ThemePreference::Dark),
        theme("light", "Light theme", ThemePreference::Light),
        theme("system", "Theme of the system", ThemePreference::System),
        command(
            "check adapter",
            "Check how exactly this adapter computes",
            None,
            Some(Wish::Ask(Request::CheckAdapter)),
        ),
        command("palette", "Search commands", with_command(Key::K), Some(Wish::Palette)),
        command("shortcuts", "List of shortcuts", plain(Key::Questionmark), Some(Wish::Shortcuts)),
    ]);
    all
}

/// Whether the blocks of the run in view can be timed now: once a supernet is saved.
fn times_wanted(studio: &Studio) -> bool {
    let saved = studio.run.as_ref().is_some_and(|run| run.state.saved.is_some());
    saved && studio.replay.is_none() && studio.timing_blocks.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_command_has_a_name_of_its_own_and_what_can_be_done_at_once_has_keys_of_its_own() {
        let all = all(&Studio::default());
        let ids: BTreeSet<&str> = all.iter().map(|command| command.id).collect();
        let names: BTreeSet<&str> = all.iter().map(|command| command.name.as_str()).collect();
        assert_eq!((ids.len(), names.len()), (all.len(), all.len()));
        let mut keys: Vec<String> = all
            .iter()
            .filter(|command| command.wish.is_some())
            .filter_map(|command| command.keys.map(|keys| format!("{keys:?}")))
            .collect();
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }
}
