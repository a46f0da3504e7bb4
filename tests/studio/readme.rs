//! The pictures of the README: the real studio over a finished run of the real engine, dark and
//! light. `cargo xtask screenshots` calls it.

use std::path::{Path, PathBuf};

use eframe::egui::Theme;
use egui_kittest::kittest::Queryable;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use sgnas::studio::state::{Accuracy, Generator};

use crate::screen::{Device, Screen};
use crate::whole::{Kept, Window, aim, click, drawn, pin, run, studio, until};

/// The variable that names the folder of a finished run.
const RUN: &str = "SGNAS_RUN";
/// Where the pictures go, from the repository's root.
const FOLDER: &str = "assets/screenshots";

/// Until the accuracies of what is in view and of what is pinned are known.
fn measured(window: &mut Window<'_>) {
    until(window, "the accuracies", |window| {
        let studio = studio(window);
        let pinned = studio.pins.iter().map(|pin| &pin.network);
        let mut all = studio.network.iter().chain(pinned);
        // The run itself may have measured an answer.
        let known =
            all.all(|network| matches!(studio.accuracy(&network.architecture), Accuracy::Known(_)));
        known && studio.measuring.is_none()
    });
}

fn shoot(screen: &Screen, window: &mut Window<'_>, name: &str) {
    // What fades has faded.
    window.run_steps(30);
    let image = screen.shoot(&window.ctx, window.output());
    let image = image::DynamicImage::ImageRgba8(image).to_rgb8();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    std::fs::create_dir_all(&folder).unwrap();
    let file = std::fs::File::create(folder.join(format!("{name}.png"))).unwrap();
    let best = PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::Adaptive);
    image.write_with_encoder(best).unwrap();
}

#[test]
#[ignore = "draws the pictures of the README; `cargo xtask screenshots RUN` calls it"]
fn the_pictures_of_the_readme_are_drawn() {
    let folder = PathBuf::from(std::env::var_os(RUN).expect("SGNAS_RUN names a finished run"));
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let device = Device::open().expect("an adapter to draw with");
    for (theme, suffix) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let screen = device.screen();
        let runs = folder.parent().unwrap();
        let mut window = drawn(runs, Kept::default(), theme, screen.clone());
        until(&mut window, "the runs", |window| studio(window).runs.is_some());
        window.get_by_label_contains(&format!("run {name}:")).click();
        until(&mut window, "the run", |window| studio(window).run.is_some());
        assert_eq!(run(&window).name(), name);
        until(&mut window, "the generator", |window| studio(window).generator == Generator::Ready);
        // A run that has pins already keeps them; one without has none afterwards.
        let own = studio(&window).pins.is_empty();
        for share in [0.3, 0.45, 0.75].into_iter().filter(|_| own) {
            pin(&mut window, share);
        }
        aim(&mut window, 0.6);
        measured(&mut window);
        shoot(&screen, &mut window, &format!("studio-{suffix}"));
        click(&mut window, "compare");
        shoot(&screen, &mut window, &format!("compare-{suffix}"));
        click(&mut window, "back to one");
        for letter in ["A", "B", "C"].into_iter().filter(|_| own) {
            click(&mut window, &format!("Unpin {letter}"));
        }
    }
}
