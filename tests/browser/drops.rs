//! One's own images, dropped onto the page in each form that it takes; they stay there.

use std::io::{Cursor, Write};

use crate::common;
use crate::page::Page;
use crate::stage::Stage;

type Files = Vec<(String, Vec<u8>)>;

/// A small set in IDX form.
fn idx() -> Files {
    let folder = tempfile::tempdir().unwrap();
    common::small_images(folder.path(), 60);
    let entries = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
    let file = |entry: std::fs::DirEntry| {
        (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
    };
    entries.map(file).collect()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zipped(files: &Files) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn tarred(files: &Files) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    archive.into_inner().unwrap()
}

#[test]
fn images_of_every_form_are_taken_and_the_page_says_that_they_stay() {
    let Some(stage) = Stage::set() else { return };
    let mut page = stage.page(true);
    page.open(&stage.studio);
    page.until_drawn();
    page.until("the note", "document.getElementById('outline').textContent.includes('leaves')");
    let (plain, one) = (idx(), |name: &str, bytes| vec![(name.to_owned(), bytes)]);
    let packed = plain.iter().map(|(name, bytes)| (format!("{name}.gz"), gz(bytes))).collect();
    dropped_in_vain(&mut page, &one("note.txt", b"nothing".to_vec()), "dropped/parts");
    dropped_in_vain(&mut page, &one("broken.zip", b"PK nothing".to_vec()), "broken.zip");
    dropped(&mut page, &one("a.zip", zipped(&plain)), "a.zip");
    dropped(&mut page, &one("b.tar.gz", gz(&tarred(&plain))), "b.tar.gz");
    dropped(&mut page, &plain, "parts");
    dropped(&mut page, &packed, "parts");
    page.picture("dropped");
    stage.nothing_amiss(&page);
}

/// The files become the set that the next search takes, and the page still says that they stay.
#[track_caller]
fn dropped(page: &mut Page, files: &Files, place: &str) {
    page.ask("watched.reports.length = 0");
    drop_on(page, files);
    page.until(
        place,
        &format!("watched.reports.some((one) => one.Images?.path.endsWith('{place}'))"),
    );
    let said = "[...document.querySelectorAll('#outline > *')].some((one) => \
        one.textContent.includes('IDX files') && one.textContent.includes('nothing leaves this browser'))";
    page.until("what they are, and that they stay", said);
    let troubles = page.ask("watched.reports.filter((one) => one.Trouble)");
    assert_eq!(troubles.as_array().map(Vec::len), Some(0), "{troubles}");
}

/// What holds no images is named.
#[track_caller]
fn dropped_in_vain(page: &mut Page, files: &Files, named: &str) {
    page.ask("watched.reports.length = 0");
    drop_on(page, files);
    page.until(named, &format!("watched.reports.some((one) => one.Trouble?.includes('{named}'))"));
}

fn drop_on(page: &mut Page, files: &Files) {
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    page.drop_files(&files);
}
