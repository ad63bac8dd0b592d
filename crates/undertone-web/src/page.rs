//! The files of the page without a server and of the npm package, which are part of the program.

/// A file: its name and its content.
pub(crate) type Fixed = (&'static str, &'static [u8]);

/// Include files of a folder of this crate.
macro_rules! include_files {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../", $folder, "/", $name)))),*]
    };
}

/// The program of the engine, compressed, and its JavaScript, as `build-engine` makes them.
pub(crate) const ENGINE: Fixed = ("engine.packed", include_bytes!("../engine/engine.packed"));
pub(crate) const GLUE: Fixed = ("undertone.js", include_bytes!("../engine/undertone.js"));

/// The same with threads, which only a page can have.
pub(crate) const THREADED_ENGINE: Fixed = (
    "threaded-engine.packed",
    include_bytes!("../engine/threaded-engine.packed"),
);
pub(crate) const THREADED_GLUE: Fixed = (
    "threaded-undertone.js",
    include_bytes!("../engine/threaded-undertone.js"),
);

/// Files that stand in for those of the server's page, or beside them.
pub(crate) const PAGE: &[Fixed] = include_files!("page":
    "manifest.webmanifest",
    "assets/browser-engine.js",
    "assets/engine.js",
    "assets/engine-thread.js",
    "assets/engine-worker.js",
    "assets/load-engine.js",
    "assets/offline.js",
    "assets/thread-pool.js",
    "assets/threaded-engine.js",
    "assets/worker-client.js",
);

/// The service worker, with places for the version and the names of files.
pub(crate) const SERVICE_WORKER: &str = include_str!("../page/service-worker.js");

/// The script that loads the engine from its files in Node.
pub(crate) const LOADER: Fixed = (
    "load-engine.js",
    include_bytes!("../page/assets/load-engine.js"),
);

/// The files of the npm package. The version has a place in the first one.
pub(crate) const PACKAGE_JSON: &str = include_str!("../npm/package.json");
pub(crate) const NPM: &[Fixed] = include_files!("npm": "index.js", "index.d.ts", "README.md");

/// The texts of the licenses, for the npm package.
pub(crate) const LICENSES: &[Fixed] = include_files!("../..": "LICENSE-APACHE", "LICENSE-MIT");
