//! What a test in the browser stands on: the address of the studio, a browser, a profile of its own.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::chromium::Chromium;
use crate::page::Page;

/// One browser at a time: two would share the processors.
static ONE: Mutex<()> = Mutex::new(());

/// A studio and a browser, as `cargo xtask test` names them.
pub(crate) struct Stage {
    pub(crate) studio: String,
    program: String,
    home: tempfile::TempDir,
    _one: MutexGuard<'static, ()>,
}

impl Stage {
    /// Nothing, and a word about it, where they are not named.
    pub(crate) fn set() -> Option<Self> {
        let (studio, program) = (std::env::var("SGNAS_STUDIO"), std::env::var("SGNAS_CHROMIUM"));
        let (Ok(studio), Ok(program)) = (studio, program) else {
            println!("SKIPPED: SGNAS_STUDIO and SGNAS_CHROMIUM name no studio and no browser");
            return None;
        };
        let home = tempfile::tempdir().unwrap();
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Self { studio, program, home, _one: one })
    }

    /// An empty page, with WebGPU or without; pictures of it go to target/browser.
    pub(crate) fn page(&self, with_gpu: bool) -> Page {
        let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("target").join("browser");
        let profile = self.home.path().join("profile");
        let mut browser = Chromium::start(&self.program, &profile, with_gpu);
        browser.keep_downloads(&self.downloads());
        Page::new(browser, &pictures)
    }

    fn downloads(&self) -> PathBuf {
        self.home.path().join("downloads")
    }

    /// A file that the page hands over, once all of it is there.
    #[track_caller]
    pub(crate) fn download(&self, name: &str) -> PathBuf {
        let path = self.downloads().join(name);
        for _ in 0..300 {
            // Until then it has another name.
            if path.is_file() {
                return path;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("there is no {name} among the downloads");
    }

    /// Nothing went elsewhere, and nobody complained.
    #[track_caller]
    pub(crate) fn nothing_amiss(&self, page: &Page) {
        let own = |place: &String| {
            place.starts_with(&self.studio) || place.starts_with(&format!("blob:{}", self.studio))
        };
        let strange: Vec<&String> = page.requests.iter().filter(|place| !own(place)).collect();
        assert!(!page.requests.is_empty() && strange.is_empty(), "{strange:?}");
        assert!(page.complaints.is_empty(), "{:?}", page.complaints);
    }
}
