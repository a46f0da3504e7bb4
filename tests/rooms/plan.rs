//! The plan of the house: rooms, bottom to top, and the rooms right below each. What is below
//! those may be seen as well.

use std::collections::BTreeSet;

/// A room and those it stands on. A room appears only after all it stands on.
pub(crate) const ROOMS: &[(&str, &[&str])] = &[
    // Where the program runs.
    ("platform", &[]),
    // The engine.
    ("gpu", &["platform"]),
    ("tensor", &["gpu"]),
    ("ops", &["tensor"]),
    ("autodiff", &["ops"]),
    ("nn", &["autodiff"]),
    // Measurements of the engine.
    ("measure", &["nn"]),
    // Pure values: no GPU, no clock, no file.
    ("space", &[]),
    ("protocol", &["space"]),
    // The search.
    ("data", &["tensor"]),
    ("nas", &["nn", "space"]),
    ("run", &["nas", "data", "protocol"]),
    // Its faces. Report and studio see values, never the engine.
    ("report", &["protocol", "platform"]),
    ("studio", &["protocol", "platform"]),
    // Where the studio meets the engine: it answers its requests.
    ("desk", &["studio", "run", "report", "measure"]),
    ("web", &["desk"]),
    ("cli", &["desk"]),
];

/// Files directly in src: they open a face, and may see every room.
pub(crate) const DOORS: &[&str] = &["src/lib.rs", "src/main.rs", "src/browser.rs"];

/// No file is longer than this.
pub(crate) const LONGEST: usize = 600;

/// Names that stand only below one folder, and why.
pub(crate) const PLACES: &[(&str, &str, &str)] = &[
    ("target_arch", "src/platform/", "what differs between systems is the platform's affair"),
    ("target_family", "src/platform/", "what differs between systems is the platform's affair"),
];

/// The same for paths of std.
pub(crate) const PLACES_OF_STD: &[(&str, &str, &str)] = &[
    ("time::Instant", "src/platform/", "browsers have no such clock: use web_time"),
    ("time::SystemTime", "src/platform/", "browsers have no such clock: use web_time"),
];

/// The rooms that a room may see: all below it. Empty for a name that is no room.
pub(crate) fn below(room: &str) -> BTreeSet<&'static str> {
    let direct = ROOMS.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, rooms)| rooms);
    direct.iter().flat_map(|name| below(name).into_iter().chain([*name])).collect()
}

#[test]
fn the_plan_is_a_tower() {
    for (height, (room, direct)) in ROOMS.iter().enumerate() {
        for name in *direct {
            let below = ROOMS.iter().position(|(other, _)| other == name);
            assert!(below.is_some_and(|place| place < height), "{room} stands on {name}");
        }
    }
}

#[test]
fn a_room_sees_through_the_floors_below_and_never_up() {
    assert!(below("nn").contains("gpu") && below("cli").contains("platform"));
    for (lower, upper) in [("gpu", "tensor"), ("protocol", "run"), ("space", "platform")] {
        assert!(!below(lower).contains(upper), "{lower} sees {upper}");
    }
    for face in ["report", "studio"] {
        for engine in ["gpu", "tensor", "ops", "autodiff", "nn", "nas", "data", "run"] {
            assert!(!below(face).contains(engine), "{face} sees {engine}");
        }
    }
}
