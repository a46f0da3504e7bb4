//! The app: drains reports before a frame, draws the panes, and fulfils their wishes after it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{self, CentralPanel, Frame, Margin, Panel, Ui};
use egui_tiles::Tree;

use super::backend::{Backend, Probing, Report, Request};
use super::export::{Exports, Format};
use super::frame::Frames;
use super::layout::{self, Panes};
use super::link::Link;
use super::palette::Palette;
use super::panes::start::Start;
use super::panes::{PANES, Pane};
use super::place::Place;
use super::state::{Accuracy, Generator, Live, Source, Studio};
use super::theme::{self, Tokens};
use super::view::{Command as Doable, View, Wish};
use super::{banner, commands, dropping, ground, run_bar, scale, status_line};
use crate::protocol::Command;
use crate::protocol::pace::Pace;
use crate::space::Budget;

/// A slider that has not moved for so long rests, seconds.
const REST: f64 = 0.3;
/// A pane that was pointed at has a light around it for so long, seconds.
const POINTED: f64 = 3.0;
const LAYOUT: &str = "layout";
const PANE_STATES: &str = "panes";
const ASK_WHERE: &str = "ask where";
const PACES: &str = "paces";
const SCALE: &str = "scale";

/// What was measured of adapters, by adapter and preset.
type KnownPaces = BTreeMap<String, BTreeMap<String, Pace>>;

/// The studio as eframe runs it.
pub struct App {
    studio: Studio,
    backend: Box<dyn Backend>,
    frames: Frames,
    exports: Exports,
    /// The pane with a light around it, and until when, in the clock of egui.
    pointed: Option<(&'static str, f64)>,
    /// The layout in view.
    tree: Tree<Place>,
    /// The one for windows of the other breadth.
    other_tree: Tree<Place>,
    /// Whether the window is narrow, as on a phone.
    narrow: bool,
    panes: Panes,
    start: Start,
    palette: Palette,
    /// When the budget last changed, in the clock of egui.
    moved: f64,
    known_paces: KnownPaces,
    /// Whether a run is about to open by itself.
    expects_run: bool,
    /// What is to be told once the next run is open: before, that would take it away.
    later: Option<String>,
}

impl App {
    /// The studio over a backend; `saved` is what an earlier session left, `open` a run to open.
    pub fn new(
        ctx: &egui::Context,
        saved: Option<&dyn eframe::Storage>,
        mut backend: Box<dyn Backend>,
        open: Option<PathBuf>,
    ) -> Self {
        theme::apply(ctx);
        let waker = ctx.clone();
        backend.connect(Arc::new(move || waker.request_repaint()));
        backend.ask(Request::ListAdapters);
        backend.ask(Request::ListRuns);
        if let Some(folder) = open {
            backend.ask(Request::Open(folder));
        }
        let mut panes: Panes = PANES.iter().map(|entry| (entry.key, (entry.make)())).collect();
        let of_panes =
            saved.and_then(|s| eframe::get_value::<BTreeMap<String, String>>(s, PANE_STATES));
        for (key, state) in of_panes.unwrap_or_default() {
            if let Some(pane) = panes.get_mut(key.as_str()) {
                pane.load(&state);
            }
        }
        let tree = saved.and_then(|storage| eframe::get_value(storage, LAYOUT));
        let mut studio = Studio::default();
        let paces = saved.and_then(|storage| eframe::get_value(storage, PACES));
        let known_paces: KnownPaces = paces.unwrap_or_default();
        let ask_where = saved.and_then(|storage| eframe::get_value(storage, ASK_WHERE));
        studio.ask_where = ask_where.unwrap_or(false);
        // The keys are commands of ours, so that they stand in the lists of commands.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        if let Some(percent) = saved.and_then(|storage| eframe::get_value(storage, SCALE)) {
            studio.scale = scale::allowed(percent);
            scale_by(ctx, studio.scale);
        }
        Self {
            studio,
            backend,
            frames: Frames::default(),
            exports: Exports::default(),
            pointed: None,
            tree: tree.unwrap_or_else(layout::watch),
            other_tree: layout::pocket(),
            narrow: false,
            panes,
            start: Start::default(),
            palette: Palette::default(),
            moved: 0.0,
            known_paces,
            expects_run: false,
            later: None,
        }
    }

    /// Goes on with a run whose window was lost, if one was under way there, and tells `why`.
    pub fn resuming(mut self, run: Option<PathBuf>, why: &str) -> Self {
        self.expects_run = run.is_some();
        match run {
            Some(run) => {
                self.later = Some(why.to_owned());
                self.backend.ask(Request::Resume(run));
            }
            None => self.studio.apply(Report::Trouble(why.to_owned())),
        }
        self
    }

    /// A run that nobody asked for here is about to open: until then nothing is probed.
    pub fn expecting_run(mut self) -> Self {
        self.expects_run = true;
        self
    }

    /// What the studio knows.
    pub fn studio(&self) -> &Studio {
        &self.studio
    }

    /// Leaves one pane alone in the window, by its key; restoring the layout brings the others back.
    pub fn show_alone(&mut self, key: &str) {
        self.tree = layout::alone(key);
        self.studio.start_page = false;
    }

    /// Makes links to its searches from this address, which has no fragment.
    pub fn at(mut self, address: String) -> Self {
        self.studio.address = Some(address);
        self
    }

    /// Shows the search that a link holds, ready to start.
    fn follow(&mut self, fragment: &str) {
        match Link::read(fragment) {
            Ok(None) => {}
            Ok(Some(link)) => {
                self.start.take_link(&link);
                self.studio.start_page = true;
                self.studio.linked = Some(link);
            }
            Err(why) => self.studio.apply(Report::Trouble(why)),
        }
    }

    /// Pins the architecture of a link in the run that was started from it.
    fn pin_linked(&mut self) {
        let Some(run) = &self.studio.run else { return };
        if run.space.is_none() || !run.live.under_way() {
            return;
        }
        if let Some(network) = self.studio.linked.take().and_then(|link| link.network) {
            self.studio.pin(network, Source::Picked);
            self.keep_pins();
        }
    }

    /// Copies a link to the run in view, or to what the start page shows; with the network in view
    /// or without.
    fn share(&mut self, ctx: &egui::Context, with_network: bool) {
        let Some(address) = self.studio.address.clone() else { return };
        let start = self.studio.run.as_ref().and_then(|run| run.state.start.as_ref());
        let config = match start.filter(|_| !self.studio.start_page) {
            Some(start) => Ok(start.config.clone()),
            None => self.start.config(),
        };
        match config.and_then(|config| Link::of(&config)) {
            Ok(mut link) => {
                if !self.studio.start_page {
                    link.budget = self.studio.budget;
                }
                let network = self.studio.network.as_ref().filter(|_| with_network);
                link.network = network.map(|network| network.architecture.clone());
                ctx.copy_text(format!("{address}#{}", link.write()));
            }
            Err(why) => self.studio.apply(Report::Trouble(why)),
        }
    }

    /// Takes in what has come, and asks for what follows from it. Draws nothing.
    pub fn advance(&mut self, ctx: &egui::Context) {
        for request in self.exports.take() {
            self.ask(request);
        }
        for report in self.backend.reports() {
            let opened = matches!(report, Report::Opened { .. } | Report::Replay { .. });
            let ended = matches!(report, Report::Ended(_));
            let ready = matches!(report, Report::Generator(Ok(())));
            match &report {
                Report::Images { path, form } => {
                    self.start.take_data(path, form);
                    self.studio.start_page = true;
                }
                Report::Chosen(path) | Report::Unpacked { run: path, .. } => {
                    self.backend.ask(Request::Take(path.clone()));
                }
                Report::Linked(fragment) => self.follow(fragment),
                Report::Probed { adapter, paces, standing: Probing::Ended } => {
                    match self.known_paces.get(adapter) {
                        Some(known) => self.studio.paces = known.clone(),
                        // The probe failed.
                        None if adapter.is_empty() => {}
                        // None at all are known for good, too: there the probe is not worth it.
                        None => drop(self.known_paces.insert(adapter.clone(), paces.clone())),
                    }
                }
                Report::Opened { .. } | Report::Trouble(_) => self.expects_run = false,
                _ => {}
            }
            self.studio.apply(report);
            if let Some(why) = self.later.take_if(|_| opened) {
                self.studio.apply(Report::Trouble(why));
            }
            self.pin_linked();
            self.studio.start_page &= !opened;
            if ended {
                self.backend.ask(Request::ListRuns);
            }
            if ready {
                self.ask_for_answer();
            }
        }
        for file in ctx.input(|input| input.raw.dropped_files.clone()) {
            self.backend.take_file(file);
        }
        if self.studio.replay.as_ref().is_some_and(|replay| replay.playing) {
            self.studio.play(f64::from(ctx.input(|input| input.stable_dt)));
            ctx.request_repaint();
        }
        self.keys(ctx);
        self.probe();
        self.measure_at_rest(ctx);
        if self.studio.run.as_ref().is_some_and(|run| run.live.under_way()) {
            // The age of the checkpoint and the remaining time go on without events.
            ctx.request_repaint_after(std::time::Duration::from_secs(1));
        }
    }

    /// Draws everything, then fulfils the wishes.
    pub fn draw(&mut self, ui: &mut Ui) {
        let narrow = ui.available_width() < layout::NARROW;
        if narrow != self.narrow {
            self.narrow = narrow;
            std::mem::swap(&mut self.tree, &mut self.other_tree);
        }
        let tokens = Tokens::of(ui.ctx().theme());
        self.studio.next_run = self.start.changes();
        let now = ui.input(|input| input.time);
        self.pointed = self.pointed.filter(|(_, until)| now < *until);
        let pointed = self.pointed.map(|(key, until)| {
            ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(until - now));
            key
        });
        let view = View::new(&self.studio, tokens, &self.frames, commands::all(&self.studio));
        // In the colour that the window was cleared with.
        let bar = Frame::new().inner_margin(Margin::symmetric(20, 0));
        Panel::top("run bar").exact_size(run_bar::HEIGHT).frame(bar).resizable(false).show(
            ui,
            |ui| {
                run_bar::show(ui, &view);
            },
        );
        Panel::bottom("status").exact_size(status_line::HEIGHT).frame(bar).resizable(false).show(
            ui,
            |ui| {
                status_line::show(ui, &view);
            },
        );
        if let Some(trouble) = &self.studio.trouble {
            banner::show(ui, &view, trouble);
        }
        let margin = Margin::same(12);
        let (tree, panes, start) = (&mut self.tree, &mut self.panes, &mut self.start);
        CentralPanel::default().frame(Frame::new().inner_margin(margin)).show(ui, |ui| {
            let whole = ui.max_rect() + margin;
            if self.studio.start_page {
                ground::paint(ui.painter(), whole, &[], 0.0, tokens.background);
                start.ui(ui, &view);
            } else {
                layout::show(ui, whole, tree, panes, &view, pointed);
            }
        });
        dropping::show(ui.ctx(), tokens);
        self.palette.show(ui.ctx(), &view);
        let wishes = view.into_wishes();
        for wish in wishes {
            match wish {
                Wish::Export(key, format) => self.export(ui, &key, format),
                wish => self.fulfil(ui.ctx(), wish, now),
            }
        }
        self.exports.after_frame(ui.ctx());
        self.studio.frame_drawn();
    }

    /// Has the drawing of a pane saved, as this frame has it.
    fn export(&mut self, ui: &Ui, key: &str, format: Format) {
        let Some(run) = self.studio.run.as_ref().map(|run| run.folder.clone()) else { return };
        let Some(area) = layout::area(&self.tree, key) else { return };
        let tokens = Tokens::of(ui.ctx().theme());
        let request = self.exports.want(ui, tokens, (key, area), run, format);
        request.into_iter().for_each(|request| self.ask(request));
    }

    fn fulfil(&mut self, ctx: &egui::Context, wish: Wish, now: f64) {
        match wish {
            Wish::Ask(request) => self.ask(request),
            Wish::Budget(budget) => {
                self.studio.budget = budget;
                self.moved = now;
                self.ask_for_answer();
            }
            Wish::Show(architecture, source) => self.studio.show(architecture, source),
            Wish::Pin(architecture, source) => {
                self.studio.pin(architecture, source);
                self.keep_pins();
            }
            Wish::Unpin(architecture) => {
                self.studio.pins.remove(&architecture);
                self.keep_pins();
            }
            // The frame is needed for it, so it is done where the frame is.
            Wish::Export(..) => {}
            Wish::AskWhere(ask) => self.studio.ask_where = ask,
            Wish::Share { network } => self.share(ctx, network),
            Wish::Point(key) => {
                layout::bring(&mut self.tree, key);
                self.pointed = Some((key, now + POINTED));
            }
            Wish::NextRun(key, value) => self.start.change(key, value),
            Wish::Pane(key) => {
                self.studio.start_page = false;
                // The tour stands beside what it points at.
                if key == "explain" && !self.narrow && layout::area(&self.tree, key).is_none() {
                    self.tree = layout::explain();
                } else {
                    layout::bring(&mut self.tree, key);
                }
            }
            Wish::Start => self.start.request().into_iter().for_each(|request| self.ask(request)),
            Wish::StartPage(shown) => {
                self.studio.start_page = shown;
                if shown {
                    self.backend.ask(Request::ListRuns);
                }
            }
            Wish::StartFrom(config) => {
                self.studio.start_page = true;
                self.start.take_config(&config);
            }
            Wish::Seek(seek) => self.studio.seek(seek),
            Wish::RestoreLayout if self.narrow => self.tree = layout::pocket(),
            Wish::RestoreLayout => self.tree = layout::watch(),
            Wish::Scale(percent) => {
                self.studio.scale = percent;
                scale_by(ctx, percent);
            }
            Wish::Theme(theme) => ctx.set_theme(theme),
            Wish::Palette => self.palette.toggle(),
            Wish::Shortcuts => self.palette.toggle_shortcuts(),
            Wish::Dismiss => self.studio.trouble = None,
        }
    }

    /// Passes a request on, and notes what it means for the state.
    fn ask(&mut self, request: Request) {
        match &request {
            Request::Measure(architecture) => {
                self.studio.measuring = Some((architecture.clone(), 0.0));
            }
            Request::Time(architecture) => self.studio.timing = Some(architecture.clone()),
            Request::TimeBlocks => self.studio.timing_blocks = Some((0, 0)),
            Request::Draw { count, .. } => self.studio.drawing = *count,
            // A link is for the run that is started from it.
            Request::Open(_) | Request::Resume(_) => self.studio.linked = None,
            Request::Command(command) => {
                if let Some(run) = &mut self.studio.run {
                    run.live = match command {
                        Command::Pause => Live::Paused,
                        Command::Resume => Live::Running,
                        Command::Stop => Live::Stopping,
                        _ => run.live,
                    };
                }
            }
            _ => {}
        }
        self.backend.ask(match request {
            Request::Save { run, name, bytes } if self.studio.ask_where => {
                Request::SaveAs { run, name, bytes }
            }
            request => request,
        });
    }

    fn keep_pins(&mut self) {
        if let Some(run) = self.studio.run.as_ref().map(|run| run.folder.clone()) {
            self.backend.ask(Request::KeepPins { run, pins: self.studio.pins_to_keep() });
        }
    }

    fn ask_for_answer(&mut self) {
        if self.studio.generator == Generator::Ready && self.studio.budget != Budget::default() {
            self.studio.asking();
            self.backend.ask(Request::Answer(self.studio.budget));
        }
    }

    /// Has the adapter probed for the expected times of the start page, once it is in view. Not
    /// beside a run, or one that is about to open, which would tell wrong times and be held up.
    fn probe(&mut self) {
        let computes = self.studio.run.as_ref().is_some_and(|run| run.live.under_way());
        let wanted = self.studio.start_page && !computes && !self.expects_run;
        if wanted && self.studio.probing == Probing::Stopped {
            self.studio.probing = Probing::UnderWay;
            let known = self.known_paces.keys().cloned().collect();
            self.backend.ask(Request::Probe { known });
        }
    }

    /// Asks for the accuracy of the network in view when the slider rests, and then for those of
    /// pinned ones.
    fn measure_at_rest(&mut self, ctx: &egui::Context) {
        let studio = &self.studio;
        if studio.measuring.is_some() || studio.generator != Generator::Ready {
            return;
        }
        let pinned = studio.pins.iter().map(|pin| &pin.network);
        let unknown = studio.network.iter().chain(pinned).find(|network| {
            let architecture = &network.architecture;
            matches!(studio.accuracy(architecture), Accuracy::Unknown(_))
                && !studio.measured.contains_key(architecture)
        });
        let Some(architecture) = unknown.map(|network| network.architecture.clone()) else {
            return;
        };
        let rested = ctx.input(|input| input.time) - self.moved;
        if rested >= REST {
            self.ask(Request::Measure(architecture));
        } else {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64(REST - rested));
        }
    }

    /// Does what keys ask for, as the table of commands has it.
    fn keys(&mut self, ctx: &egui::Context) {
        let typing = ctx.memory(|memory| memory.focused().is_some());
        let mut commands = commands::all(&self.studio);
        // Those with more modifiers come first, or those with fewer would take their keys.
        let plain = |command: &Doable| command.keys.is_none_or(|keys| keys.modifiers.is_none());
        let shift = |command: &Doable| command.keys.is_some_and(|keys| keys.modifiers.shift);
        commands.sort_by_key(|command| (!shift(command), plain(command)));
        let now = ctx.input(|input| input.time);
        for command in commands {
            let usable = !(typing && plain(&command));
            if let (true, Some(keys), Some(wish)) = (usable, command.keys, command.wish)
                && ctx.input_mut(|input| pressed(input, &keys))
            {
                self.fulfil(ctx, wish, now);
            }
        }
    }
}

/// Whether keys were pressed; "+" needs a shift key on many keyboards, whose "=" does as well.
fn pressed(input: &mut egui::InputState, keys: &egui::KeyboardShortcut) -> bool {
    let same = egui::KeyboardShortcut::new(keys.modifiers, egui::Key::Equals);
    input.consume_shortcut(keys)
        || (keys.logical_key == egui::Key::Plus && input.consume_shortcut(&same))
}

/// Draws everything in this size from the next frame on.
fn scale_by(ctx: &egui::Context, percent: u32) {
    ctx.set_zoom_factor(percent as f32 / 100.0);
}

impl eframe::App for App {
    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        ground::clear_color(visuals)
    }

    fn logic(&mut self, ctx: &egui::Context, _: &mut eframe::Frame) {
        self.advance(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        // Of the frame before: taking in, drawing, tessellating and painting, without the wait for
        // the display.
        if let Some(seconds) = frame.info().cpu_usage {
            self.frames.push(1e3 * f64::from(seconds));
        }
        self.draw(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        let wide = if self.narrow { &self.other_tree } else { &self.tree };
        eframe::set_value(storage, LAYOUT, wide);
        let of_panes: BTreeMap<&str, String> =
            self.panes.iter().map(|(key, pane)| (*key, pane.save())).collect();
        eframe::set_value(storage, PANE_STATES, &of_panes);
        eframe::set_value(storage, ASK_WHERE, &self.studio.ask_where);
        eframe::set_value(storage, PACES, &self.known_paces);
        eframe::set_value(storage, SCALE, &self.studio.scale);
    }
}
