//! Where the panes stand: a tree of tabs that the user may drag, close and bring back. It is
//! remembered between sessions, and one key restores the default.

use std::collections::BTreeMap;

use eframe::egui::{self, Color32, CornerRadius, Rect, Stroke, StrokeKind, Ui, Visuals};
use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tiles, Tree, UiResponse};

use super::backend::Request;
use super::export::Format;
use super::ground;
use super::header::{self, Headers};
use super::panes::{self, Pane};
use super::place::Place;
use super::theme::{self, PANEL_RADIUS};
use super::view::{View, Wish};
use super::widgets::{icon, tick};

/// Windows narrower than this show one pane at a time, points.
pub(super) const NARROW: f32 = 640.0;

/// The panes by key.
pub(super) type Panes = BTreeMap<&'static str, Box<dyn Pane>>;

/// The tree of the workspace "Watch".
pub(super) fn watch() -> Tree<Place> {
    let mut tiles = Tiles::default();
    let mut tabs = |keys: &[&str]| {
        let panes = keys.iter().map(|key| tiles.insert_pane(Place((*key).to_owned()))).collect();
        tiles.insert_tab_tile(panes)
    };
    let (training, scatter) = (tabs(&["training", "log"]), tabs(&["scatter"]));
    let architecture = tabs(&["architecture", "tracking", "runs", "settings"]);
    let left = Linear::new_binary(LinearDir::Vertical, [training, scatter], 0.5);
    let left = tiles.insert_container(Container::Linear(left));
    let all = Linear::new_binary(LinearDir::Horizontal, [left, architecture], 0.37);
    let root = tiles.insert_container(Container::Linear(all));
    Tree::new(egui::Id::unique("workspace"), root, tiles)
}

/// Where a pane is on the screen, without its header; `None` where it is not.
pub(super) fn area(tree: &Tree<Place>, key: &str) -> Option<egui::Rect> {
    let pane = tree.tiles.find_pane(&Place(key.to_owned()))?;
    tree.tiles.rect(pane).filter(|_| tree.is_visible_in_layout(pane))
}

/// The panel that a pane stands in, header and all.
fn frame(tree: &Tree<Place>, key: &str) -> Option<egui::Rect> {
    let pane = tree.tiles.find_pane(&Place(key.to_owned()))?;
    tree.tiles.rect(tree.tiles.parent_of(pane)?)
}

/// The tree of the workspace "Explain": the tour at the left, what it points at beside it.
pub(super) fn explain() -> Tree<Place> {
    let mut tiles = Tiles::default();
    let mut pane = |key: &str| tiles.insert_pane(Place(key.to_owned()));
    // What the tour never points at stands behind it, which leaves the others room for their titles.
    let beside = ["explain", "runs", "settings", "log"];
    let others = panes::PANES.iter().map(|one| one.key).filter(|key| !beside.contains(key));
    let others: Vec<TileId> = others.map(&mut pane).collect();
    let tour = beside.map(&mut pane).to_vec();
    let tour = tiles.insert_tab_tile(tour);
    let others = tiles.insert_tab_tile(others);
    let all = Linear::new_binary(LinearDir::Horizontal, [tour, others], 0.39);
    let root = tiles.insert_container(Container::Linear(all));
    Tree::new(egui::Id::unique("workspace"), root, tiles)
}

/// The tree for narrow windows: all panes as tabs.
pub(super) fn pocket() -> Tree<Place> {
    let first = ["architecture", "training", "scatter"];
    let others = panes::PANES.iter().map(|entry| entry.key).filter(|key| !first.contains(key));
    let all = first.into_iter().chain(others).map(|key| Place(key.to_owned())).collect();
    Tree::new_tabs(egui::Id::unique("pocket"), all)
}

/// A tree of one pane.
pub(super) fn alone(key: &str) -> Tree<Place> {
    Tree::new_tabs(egui::Id::unique("workspace"), vec![Place(key.to_owned())])
}

/// Brings a pane to the front; one that was closed comes back beside what was there first.
pub(super) fn bring(tree: &mut Tree<Place>, key: &str) {
    let place = Place(key.to_owned());
    if tree.tiles.find_pane(&place).is_none() {
        let pane = tree.tiles.insert_pane(place.clone());
        let host = tree.tiles.iter().find_map(|(id, tile)| match tile {
            Tile::Container(Container::Tabs(_)) => Some(*id),
            _ => None,
        });
        match host.or(tree.root()) {
            Some(host) => tree.move_tile_to_container(pane, host, usize::MAX, false),
            None => tree.root = Some(tree.tiles.insert_tab_tile(vec![pane])),
        }
    }
    let wanted = tree.tiles.find_pane(&place);
    tree.make_active(|id, _| Some(id) == wanted);
}

/// Draws the tree and all panes in it, with a light around the one that is pointed at, on a ground over
/// `whole`.
pub(super) fn show(
    ui: &mut Ui,
    whole: Rect,
    tree: &mut Tree<Place>,
    panes: &mut Panes,
    view: &View<'_>,
    pointed: Option<&str>,
) {
    let grounds: Vec<_> = tree
        .tiles
        .iter()
        .filter(|(_, tile)| matches!(tile, Tile::Container(Container::Tabs(_))))
        .filter(|(id, _)| tree.is_visible_in_layout(**id))
        .filter_map(|(id, _)| tree.tiles.rect(*id).map(|rect| (*id, rect)))
        .collect();
    let rects: Vec<Rect> = grounds.iter().map(|(_, rect)| *rect).collect();
    let (background, border) = (view.tokens.background, view.tokens.border());
    ground::paint(ui.painter(), whole, &rects, f32::from(PANEL_RADIUS), background);
    for rect in rects {
        let radius = CornerRadius::same(PANEL_RADIUS);
        ui.painter().rect_stroke(rect, radius, border, StrokeKind::Inside);
    }
    let headers = Headers::plan(ui, tree);
    tree.ui(&mut Behavior { panes, view, headers }, ui);
    if let Some(frame) = pointed.and_then(|key| frame(tree, key)) {
        let (radius, stroke) =
            (CornerRadius::same(PANEL_RADIUS), Stroke::new(2.0, view.tokens.accent));
        ui.painter().rect_stroke(frame, radius, stroke, StrokeKind::Inside);
    }
    // The grounds are drawn where the panels were; after a change they follow at once.
    if grounds.is_empty() || grounds.iter().any(|(id, rect)| tree.tiles.rect(*id) != Some(*rect)) {
        ui.ctx().request_repaint();
    }
}

/// The menu that saves what a pane draws.
fn export(ui: &mut Ui, view: &View<'_>, key: &str, pane: &dyn Pane) {
    let Some(run) = &view.studio.run else { return };
    let menu = icon::button(ui, view.tokens, icon::Icon::Save, "Save what this pane shows", true);
    let stays = egui::PopupCloseBehavior::CloseOnClickOutside;
    egui::Popup::menu(&menu).close_behavior(stays).show(|ui| {
        for (name, format) in [("Drawing as SVG", Format::Svg), ("Picture as PNG", Format::Png)] {
            if ui.button(name).clicked() {
                view.wish(Wish::Export(key.to_owned(), format));
                ui.close();
            }
        }
        if let Some(csv) = pane.csv(view)
            && ui.button("Numbers as CSV").clicked()
        {
            let (run, name) = (run.folder.clone(), format!("{key}.csv"));
            view.wish(Wish::Ask(Request::Save { run, name, bytes: csv.into_bytes() }));
            ui.close();
        }
        ui.separator();
        let mut ask = view.studio.ask_where;
        let text = "Ask where to save";
        let hint = "Otherwise files go into the run's folder exports/";
        if tick::show(ui, view.tokens, &mut ask, text).on_hover_text(hint).changed() {
            view.wish(Wish::AskWhere(ask));
        }
    });
}

struct Behavior<'a, 'v> {
    panes: &'a mut Panes,
    view: &'a View<'v>,
    headers: Headers,
}

impl egui_tiles::Behavior<Place> for Behavior<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, tab: TileId, place: &mut Place) -> UiResponse {
        let side = header::MARGIN as i8;
        let margin = egui::Margin { left: side, right: side, top: 0, bottom: 12 };
        egui::Frame::new().inner_margin(margin).show(ui, |ui| {
            if let Some(pane) = self.panes.get_mut(place.key()) {
                if self.headers.has_own_row(tab) {
                    header::row(ui, place.key(), |ui| pane.bar(ui, self.view));
                }
                panes::show(ui, self.view, place.key(), pane.as_mut());
            }
        });
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, place: &Place) -> egui::WidgetText {
        theme::heading(panes::title(place.key()), theme::TITLE).into()
    }

    fn tab_title_for_tile(&mut self, tiles: &Tiles<Place>, tab: TileId) -> egui::WidgetText {
        match tiles.get(tab) {
            Some(Tile::Pane(place)) => {
                theme::heading(self.headers.title(tab, place), theme::TITLE).into()
            }
            _ => egui::WidgetText::default(),
        }
    }

    fn on_tab_button(
        &mut self,
        tiles: &mut Tiles<Place>,
        tab: TileId,
        button: egui::Response,
    ) -> egui::Response {
        let Some(Tile::Pane(place)) = tiles.get(tab) else { return button };
        // However short it is written, it is told in full.
        let (title, front) = (panes::title(place.key()), self.headers.is_front(tab));
        button.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, front, title));
        match self.headers.title(tab, place) == title {
            true => button,
            false => button.on_hover_text(title),
        }
    }

    fn retain_pane(&mut self, place: &Place) -> bool {
        self.panes.contains_key(place.key())
    }

    fn is_tab_closable(&self, _: &Tiles<Place>, tab: TileId) -> bool {
        self.headers.is_closable(tab)
    }

    fn on_tab_close(&mut self, _: &mut Tiles<Place>, _: TileId) -> bool {
        true
    }

    fn top_bar_right_ui(
        &mut self,
        tiles: &Tiles<Place>,
        ui: &mut Ui,
        _: TileId,
        tabs: &egui_tiles::Tabs,
        _: &mut f32,
    ) {
        ui.add_space(8.0);
        let active = tabs.active.and_then(|id| tiles.get(id));
        if let Some(Tile::Pane(place)) = active
            && let Some(pane) = self.panes.get_mut(place.key())
        {
            export(ui, self.view, place.key(), pane.as_ref());
            if tabs.active.is_some_and(|tab| !self.headers.has_own_row(tab)) {
                header::controls(ui, place.key(), |ui| pane.bar(ui, self.view));
            }
        }
    }

    fn tab_bar_height(&self, _: &egui::Style) -> f32 {
        36.0
    }

    fn gap_width(&self, _: &egui::Style) -> f32 {
        12.0
    }

    fn min_size(&self) -> f32 {
        160.0
    }

    fn simplification_options(&self) -> egui_tiles::SimplificationOptions {
        egui_tiles::SimplificationOptions {
            all_panes_must_have_tabs: true,
            ..egui_tiles::SimplificationOptions::default()
        }
    }

    fn resize_stroke(&self, _: &egui::Style, state: egui_tiles::ResizeState) -> Stroke {
        match state {
            egui_tiles::ResizeState::Idle => Stroke::NONE,
            egui_tiles::ResizeState::Hovering => Stroke::new(2.0, self.view.tokens.line),
            egui_tiles::ResizeState::Dragging => Stroke::new(2.0, self.view.tokens.accent),
        }
    }

    fn tab_title_spacing(&self, _: &Visuals) -> f32 {
        header::MARGIN
    }

    fn tab_bar_color(&self, _: &Visuals) -> Color32 {
        Color32::TRANSPARENT
    }

    fn tab_bg_color(
        &self,
        _: &Visuals,
        _: &Tiles<Place>,
        _: TileId,
        _: &egui_tiles::TabState,
    ) -> Color32 {
        Color32::TRANSPARENT
    }

    fn tab_outline_stroke(
        &self,
        _: &Visuals,
        _: &Tiles<Place>,
        _: TileId,
        _: &egui_tiles::TabState,
    ) -> Stroke {
        Stroke::NONE
    }

    fn tab_bar_hline_stroke(&self, _: &Visuals) -> Stroke {
        Stroke::NONE
    }

    fn tab_text_color(
        &self,
        _: &Visuals,
        _: &Tiles<Place>,
        _: TileId,
        state: &egui_tiles::TabState,
    ) -> Color32 {
        if state.active { self.view.tokens.text } else { self.view.tokens.muted }
    }
}
