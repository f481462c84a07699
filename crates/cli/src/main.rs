//! `tramline`: the one executable. Each subcommand has a file; all work is in the library crates.

mod account;
mod boundary;
mod calibrate;
mod child;
mod choices;
mod columns;
mod completing;
mod configuration;
mod convert;
mod demo;
mod doctor;
mod ending;
mod export;
mod formats;
mod index;
mod inspect;
mod interrupt;
mod joined;
mod left_out;
mod maps;
mod migrate;
mod own_defaults;
mod pages;
mod printed;
mod progress;
mod refused;
mod results;
mod serve;
mod sheets;
mod table;
mod totals;
mod trouble;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Turns the files of farm machines into standard points, and gives a reason for everything left out.
#[derive(Parser)]
#[command(name = "tramline", version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Convert a zip, folder or file: one folder of results for each machine file
    Convert(Box<convert::Arguments>),
    /// Show what a zip, folder or file holds, and what `convert` would do with it
    Inspect(inspect::Arguments),
    /// List all known formats, and what Tramline does with each
    Formats(formats::Arguments),
    /// Generate a sample upload, convert it with the service and show the results
    Demo(demo::Arguments),
    /// Run the service: the HTTP API and conversions, with its data in one folder
    Serve(serve::Arguments),
    /// Delete GeoJSON files that an earlier version stored and this one generates on request. Stop the
    /// service first
    Migrate(migrate::Arguments),
    /// Check the machine, the settings and the protections of the converter
    Doctor(doctor::Arguments),
    /// Manage the accounts of the service
    #[command(subcommand)]
    Account(account::Command),
    /// The process that the service starts for each upload
    #[command(name = tramline_converter::protocol::COMMAND, hide = true)]
    ConvertChild(child::Arguments),
    /// The process that runs bridges for a conversion of the service
    #[command(name = tramline_converter::protocol::BRIDGE_COMMAND, hide = true)]
    BridgeChild(child::Arguments),
}

/// Exit codes: see `ending.rs`.
fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to standard output and are no error.
            let code = if error.use_stderr() { ending::USAGE } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let outcome = match arguments.command {
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Formats(arguments) => formats::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Migrate(arguments) => migrate::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Account(command) => account::run(&command),
        Command::ConvertChild(arguments) => {
            return ExitCode::from(tramline_converter::main(arguments.terms()));
        }
        Command::BridgeChild(arguments) => {
            return ExitCode::from(tramline_converter::bridge(arguments.terms()));
        }
    };
    outcome.unwrap_or_else(|error| {
        // A reader that closes the pipe early (`| head`) is no failure of ours.
        if is_broken_pipe(&error) {
            return ExitCode::SUCCESS;
        }
        progress::say_error(&format!("{error:#}"));
        ExitCode::from(ending::of_error(&error))
    })
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}
