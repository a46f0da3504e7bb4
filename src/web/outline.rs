//! What is drawn, as elements of the page: for screen readers, which see nothing in a canvas, and
//! for other programs that read pages. Made once someone asks for it, and renewed after each frame.

use std::cell::RefCell;
use std::collections::BTreeMap;

use eframe::egui::accesskit::{
    Action, ActionRequest, Node, NodeId, Role, Toggled, TreeId, TreeUpdate,
};
use eframe::egui::{Context, Event, FullOutput, Plugin, RawInput};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, HtmlElement, KeyboardEvent};

/// The button that asks for the elements, and the element around them.
const SWITCH: &str = "aloud";
const HOLDER: &str = "outline";
/// Where an element notes which widget it stands for.
const NUMBER: &str = "data-widget";

thread_local! {
    static OUTLINE: RefCell<Outline> = RefCell::default();
}

/// The elements in the page, and what their reader wants.
#[derive(Default)]
struct Outline {
    shown: Vec<(Widget, HtmlElement)>,
    wants: Vec<ActionRequest>,
}

/// A widget in words, as its element has it.
#[derive(Clone, Debug, PartialEq)]
struct Widget {
    number: u64,
    role: &'static str,
    name: String,
    /// Attributes and their values.
    states: Vec<(&'static str, String)>,
    /// Left, top, width and height, points.
    place: [i32; 4],
}

/// Lets a person ask for the elements.
pub(super) fn offer(document: &Document, ctx: &Context) {
    let Some(switch) = document.get_element_by_id(SWITCH) else { return };
    let (ctx, document, button) = (ctx.clone(), document.clone(), switch.clone());
    let wanted = Closure::once_into_js(move || {
        button.remove();
        listen(&document, &ctx);
        ctx.enable_accesskit();
        ctx.add_plugin(Mirror);
        ctx.request_repaint();
    });
    // Only a click that never comes would be lost.
    let _ = switch.add_event_listener_with_callback("click", wanted.unchecked_ref());
}

/// Hands on what is done with the elements: a click, and the keys of a slider.
fn listen(document: &Document, ctx: &Context) {
    let Some(holder) = document.get_element_by_id(HOLDER) else { return };
    for name in ["click", "keydown"] {
        let ctx = ctx.clone();
        let done = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let number = element.and_then(|element| element.get_attribute(NUMBER));
            let key = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key);
            let (Some(number), Some(action)) = (number, meaning(key.as_deref())) else { return };
            let Ok(number) = number.parse() else { return };
            event.prevent_default();
            OUTLINE.with_borrow_mut(|outline| {
                outline.wants.push(ActionRequest {
                    action,
                    target_tree: TreeId::ROOT,
                    target_node: NodeId(number),
                    data: None,
                });
            });
            ctx.request_repaint();
        });
        let _ = holder.add_event_listener_with_callback(name, done.as_ref().unchecked_ref());
        done.forget();
    }
}

/// What a key on an element means, or a click, which has none.
fn meaning(key: Option<&str>) -> Option<Action> {
    match key {
        None | Some("Enter" | " ") => Some(Action::Click),
        Some("ArrowRight" | "ArrowUp") => Some(Action::Increment),
        Some("ArrowLeft" | "ArrowDown") => Some(Action::Decrement),
        Some(_) => None,
    }
}

/// Between egui and the page.
struct Mirror;

impl Plugin for Mirror {
    fn debug_name(&self) -> &'static str {
        "outline"
    }

    fn input_hook(&mut self, _: &Context, input: &mut RawInput) {
        let wants = OUTLINE.with_borrow_mut(|outline| std::mem::take(&mut outline.wants));
        input.events.extend(wants.into_iter().map(Event::AccessKitActionRequest));
    }

    fn output_hook(&mut self, _: &Context, output: &mut FullOutput) {
        if let Some(update) = output.platform_output.accesskit_update.take() {
            OUTLINE.with_borrow_mut(|outline| outline.show(&widgets(&update)));
        }
    }
}

impl Outline {
    /// Brings the page in line. Elements stay while the widgets are the same ones.
    fn show(&mut self, widgets: &[Widget]) {
        let same = self.shown.len() == widgets.len()
            && self.shown.iter().zip(widgets).all(|((old, _), new)| {
                old.number == new.number
                    && old.role == new.role
                    && old.states.iter().map(|(key, _)| key).eq(new.states.iter().map(|(k, _)| k))
            });
        if !same {
            self.make(widgets);
        }
        for ((old, element), new) in self.shown.iter_mut().zip(widgets) {
            if old != new {
                describe(element, new);
                *old = new.clone();
            }
        }
    }

    fn make(&mut self, widgets: &[Widget]) {
        let document = web_sys::window().and_then(|window| window.document());
        let Some(document) = document else { return };
        let Some(holder) = document.get_element_by_id(HOLDER) else { return };
        let made = widgets.iter().filter_map(|widget| {
            let element: HtmlElement = document.create_element("div").ok()?.unchecked_into();
            describe(&element, widget);
            Some((widget.clone(), element))
        });
        self.shown = made.collect();
        holder.set_text_content(None);
        for (_, element) in &self.shown {
            let _ = holder.append_child(element);
        }
    }
}

/// Writes a widget's words and place into its element.
fn describe(element: &HtmlElement, widget: &Widget) {
    let set = |key: &str, value: &str| drop(element.set_attribute(key, value));
    set(NUMBER, &widget.number.to_string());
    match widget.role {
        "" => element.set_text_content(Some(&widget.name)),
        role => {
            set("role", role);
            set("tabindex", "0");
        }
    }
    set("aria-label", &widget.name);
    for (key, value) in &widget.states {
        set(key, value);
    }
    let style = element.style();
    for (key, value) in ["left", "top", "width", "height"].into_iter().zip(widget.place) {
        let _ = style.set_property(key, &format!("{value}px"));
    }
}

/// The widgets of a frame that have a name, in the order of its tree.
fn widgets(update: &TreeUpdate) -> Vec<Widget> {
    let nodes: BTreeMap<NodeId, &Node> =
        update.nodes.iter().map(|(id, node)| (*id, node)).collect();
    let mut waiting: Vec<NodeId> = update.tree.iter().map(|tree| tree.root).collect();
    let mut found = Vec::new();
    while let Some(id) = waiting.pop() {
        let Some(node) = nodes.get(&id) else { continue };
        waiting.extend(node.children().iter().rev());
        found.extend(widget(id, node, &nodes));
    }
    found
}

fn widget(id: NodeId, node: &Node, nodes: &BTreeMap<NodeId, &Node>) -> Option<Widget> {
    let label = || {
        let by = node.labelled_by().iter().filter_map(|id| nodes.get(id));
        by.filter_map(|node| node.label().or(node.value())).next()
    };
    let name = node.label().or_else(label).or(node.value()).unwrap_or_default();
    let bounds = node.bounds().filter(|_| !name.is_empty())?;
    let mut states = Vec::new();
    if let Some(value) = node.numeric_value() {
        states.push(("aria-valuenow", value.to_string()));
        states.extend(node.min_numeric_value().map(|least| ("aria-valuemin", least.to_string())));
        states.extend(node.max_numeric_value().map(|most| ("aria-valuemax", most.to_string())));
    }
    if let Some(toggled) = node.toggled() {
        states.push(("aria-checked", (toggled == Toggled::True).to_string()));
    }
    if node.role() == Role::TextInput {
        states.push(("aria-valuetext", node.value().unwrap_or_default().to_owned()));
    }
    states.push(("aria-disabled", node.is_disabled().to_string()));
    let sides = [bounds.x0, bounds.y0, bounds.width(), bounds.height()];
    let place = sides.map(|side| side.round() as i32);
    Some(Widget { number: id.0, role: role(node.role()), name: name.to_owned(), states, place })
}

/// A role by the name that pages have for it; none for text.
fn role(role: Role) -> &'static str {
    match role {
        Role::Button | Role::DefaultButton => "button",
        Role::CheckBox => "checkbox",
        Role::RadioButton => "radio",
        Role::Slider => "slider",
        Role::SpinButton => "spinbutton",
        Role::TextInput | Role::MultilineTextInput => "textbox",
        Role::ComboBox => "combobox",
        Role::Link => "link",
        Role::Tab => "tab",
        Role::ProgressIndicator => "progressbar",
        Role::Image | Role::Canvas => "img",
        Role::Label => "",
        _ => "group",
    }
}
