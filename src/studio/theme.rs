//! Colours, sizes and fonts as tokens, in a dark and a light set, and their application to egui.
//! Nobody else names a colour.

use std::sync::Arc;

use eframe::egui::{
    self, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, RichText,
    Shadow, Stroke, TextStyle, Theme, Visuals,
};

/// The grid on which everything is spaced, points.
pub const GRID: f32 = 4.0;
/// Corners of panels.
pub const PANEL_RADIUS: u8 = 8;
/// Corners of cells and fields.
pub const CELL_RADIUS: u8 = 4;
/// Body text, points.
pub const BODY: f32 = 13.0;
/// Captions and labels of axes.
pub const CAPTION: f32 = 11.0;
/// Titles of panels.
pub const TITLE: f32 = BODY + 0.5;
/// The number of a card.
pub const CARD: f32 = 18.0;

/// The colours of a theme by role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Behind the panels, and in fields.
    pub background: Color32,
    /// The ground of a panel.
    pub panel: Color32,
    /// Borders and grid lines.
    pub line: Color32,
    /// Text.
    pub text: Color32,
    /// Captions, units, what is not known.
    pub muted: Color32,
    /// What runs; the supernet.
    pub accent: Color32,
    /// Text on [`Tokens::accent`] and on kernels.
    pub on_accent: Color32,
    /// Generated networks and their budget.
    pub generated: Color32,
    /// Random networks; pointwise convolutions.
    pub random: Color32,
    /// Kernels 3, 5 and 7.
    pub kernels: [Color32; 3],
    /// Text on kernels 3, 5 and 7.
    pub on_kernels: Color32,
    /// Warnings; depthwise convolutions; the largest network's curve.
    pub warning: Color32,
}

/// For dark rooms.
pub const DARK: Tokens = Tokens {
    background: rgb(0x15181d),
    panel: rgb(0x1c2027),
    line: rgb(0x2c323c),
    text: rgb(0xe6e9ee),
    muted: rgb(0x8b94a3),
    accent: rgb(0x56b4e9),
    on_accent: rgb(0x10141a),
    generated: rgb(0xff6b4a),
    random: rgb(0x5b7fa6),
    kernels: [rgb(0x3d8fd1), rgb(0xe0a030), rgb(0xc86fa8)],
    on_kernels: rgb(0x10141a),
    warning: rgb(0xe69f00),
};

/// For daylight.
pub const LIGHT: Tokens = Tokens {
    background: rgb(0xf4f5f7),
    panel: rgb(0xffffff),
    line: rgb(0xdde1e7),
    text: rgb(0x1d2430),
    muted: rgb(0x6b7482),
    accent: rgb(0x0072b2),
    on_accent: rgb(0xffffff),
    generated: rgb(0xd9480f),
    random: rgb(0x8aa6c6),
    kernels: [rgb(0x2f7fc1), rgb(0xe39a1c), rgb(0xb85c98)],
    on_kernels: rgb(0x10141a),
    warning: rgb(0xb27700),
};

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

impl Tokens {
    /// The tokens of a theme.
    pub fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Dark => &DARK,
            Theme::Light => &LIGHT,
        }
    }

    /// The colour of a kernel size; that of a skip for anything else.
    pub fn kernel(&self, kernel: u8) -> Color32 {
        match kernel {
            3 => self.kernels[0],
            5 => self.kernels[1],
            7 => self.kernels[2],
            _ => self.line,
        }
    }

    /// The colour of the curve at a place in a list, and whether it is dashed: four colours that
    /// everyone can tell apart, in whole lines and then in dashed ones.
    pub fn series(&self, place: usize) -> (Color32, bool) {
        let all = [self.accent, self.generated, self.text, self.random];
        (all[place % all.len()], (place / all.len()) % 2 == 1)
    }

    /// The thin line around panels and fields.
    pub fn border(&self) -> Stroke {
        Stroke::new(1.0, self.line)
    }
}

/// Captions.
pub fn caption() -> FontId {
    FontId::proportional(CAPTION)
}

/// Body text.
pub fn body() -> FontId {
    FontId::proportional(BODY)
}

/// The family of headings and of the numbers on cards.
const BOLD: &str = "bold";

/// A bold font of this size.
pub fn bold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(BOLD.into()))
}

/// A heading's text.
pub fn heading(text: impl Into<String>, size: f32) -> RichText {
    RichText::new(text).font(bold(size))
}

/// Our fonts before egui's own, which fill in what ours lack.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let ours: [(&str, &'static [u8]); 2] = [
        ("sans", include_bytes!("../../assets/fonts/DejaVuSans.ttf")),
        (BOLD, include_bytes!("../../assets/fonts/DejaVuSans-Bold.ttf")),
    ];
    for (name, bytes) in ours {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let plain = fonts.families.entry(FontFamily::Proportional).or_default();
    plain.insert(0, "sans".to_owned());
    let mut bold = plain.clone();
    bold.insert(0, BOLD.to_owned());
    fonts.families.insert(FontFamily::Name(BOLD.into()), bold);
    fonts
}

/// Gives fonts and both themes to egui, which follows the system.
pub fn apply(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for (theme, tokens) in [(Theme::Dark, &DARK), (Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| {
            style.visuals = visuals(theme, tokens);
            for (name, font) in &mut style.text_styles {
                font.size = match name {
                    TextStyle::Small => CAPTION,
                    TextStyle::Heading => CARD,
                    _ => BODY,
                };
            }
            let spacing = &mut style.spacing;
            spacing.item_spacing = egui::vec2(2.0 * GRID, 1.5 * GRID);
            spacing.button_padding = egui::vec2(2.0 * GRID, GRID);
            spacing.interact_size.y = 6.0 * GRID;
            spacing.menu_margin = Margin::same(8);
            spacing.tooltip_width = 320.0;
            style.interaction.selectable_labels = false;
        });
    }
}

fn visuals(theme: Theme, tokens: &Tokens) -> Visuals {
    let mut visuals = theme.default_visuals();
    visuals.panel_fill = tokens.panel;
    visuals.window_fill = tokens.panel;
    visuals.window_stroke = tokens.border();
    visuals.window_corner_radius = CornerRadius::same(PANEL_RADIUS);
    visuals.menu_corner_radius = CornerRadius::same(PANEL_RADIUS);
    visuals.extreme_bg_color = tokens.background;
    visuals.text_edit_bg_color = Some(tokens.background);
    visuals.faint_bg_color = tokens.background;
    visuals.weak_text_color = Some(tokens.muted);
    visuals.warn_fg_color = tokens.warning;
    visuals.error_fg_color = tokens.generated;
    visuals.hyperlink_color = tokens.accent;
    visuals.selection.bg_fill = tokens.accent.gamma_multiply(0.4);
    visuals.selection.stroke = Stroke::new(1.0, tokens.text);
    visuals.slider_trailing_fill = true;
    let shadow = Shadow {
        offset: [0, 4],
        blur: 12,
        spread: 0,
        color: Color32::from_black_alpha(if theme == Theme::Dark { 96 } else { 32 }),
    };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    let widgets = &mut visuals.widgets;
    for widget in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        widget.corner_radius = CornerRadius::same(CELL_RADIUS);
        widget.bg_stroke = tokens.border();
        widget.fg_stroke = Stroke::new(1.0, tokens.text);
        widget.bg_fill = tokens.background;
        widget.weak_bg_fill = tokens.background;
        widget.expansion = 0.0;
    }
    widgets.hovered.bg_stroke = Stroke::new(1.0, tokens.muted);
    widgets.active.bg_stroke = Stroke::new(1.0, tokens.accent);
    widgets.active.bg_fill = tokens.line;
    widgets.active.weak_bg_fill = tokens.line;
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linear(part: u8) -> f64 {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    }

    /// Relative luminance as WCAG defines it.
    fn luminance(color: Color32) -> f64 {
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    type Matrix = [[f64; 3]; 3];

    /// What eyes see that lack the cones for green, or for red, or none (Machado et al. 2009).
    const EYES: [Matrix; 3] = [
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    ];

    fn times(matrix: &Matrix, v: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum())
    }

    /// A colour as these eyes see it, in Oklab.
    fn seen(color: Color32, eyes: &Matrix) -> [f64; 3] {
        let linear = [color.r(), color.g(), color.b()].map(linear);
        let clamped = times(eyes, linear).map(|part| part.clamp(0.0, 1.0));
        let cones = [
            [0.412_221, 0.536_333, 0.051_446],
            [0.211_903, 0.680_700, 0.107_397],
            [0.088_302, 0.281_719, 0.629_979],
        ];
        let lab = [
            [0.210_454, 0.793_618, -0.004_072],
            [1.977_998, -2.428_592, 0.450_594],
            [0.025_904, 0.782_772, -0.808_676],
        ];
        times(&lab, times(&cones, clamped).map(f64::cbrt))
    }

    #[test]
    fn curves_of_one_plot_are_told_apart_by_eyes_that_lack_red_or_green() {
        for tokens in [DARK, LIGHT] {
            let Tokens { accent, generated, random, text, warning, .. } = tokens;
            // Those of lists and of the cloud, of the accuracies, and of the generator.
            for curves in
                [vec![accent, generated, text, random], vec![accent, warning, text, random]]
            {
                for (i, a) in curves.iter().enumerate() {
                    for b in &curves[i + 1..] {
                        for eyes in &EYES {
                            let (a, b) = (seen(*a, eyes), seen(*b, eyes));
                            let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
                            let distance = squares.sum::<f64>().sqrt();
                            assert!(distance > 0.12, "{a:?} and {b:?} are {distance:.3} apart");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn text_stands_out_from_its_ground_in_both_themes() {
        for tokens in [DARK, LIGHT] {
            for ground in [tokens.background, tokens.panel] {
                assert!(contrast(tokens.text, ground) >= 4.5);
                assert!(contrast(tokens.muted, ground) >= 3.0);
                assert!(contrast(tokens.generated, ground) >= 3.0);
                assert!(contrast(tokens.accent, ground) >= 4.5);
                assert!(contrast(tokens.warning, ground) >= 3.0);
            }
            assert!(contrast(tokens.on_accent, tokens.accent) >= 4.5);
            for kernel in tokens.kernels {
                assert!(contrast(tokens.on_kernels, kernel) >= 4.0, "{kernel:?}");
            }
        }
    }
}
