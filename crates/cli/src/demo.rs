//! `tramline demo`: makes a sample stick with the generator of `samples`, starts the service,
//! uploads the stick over HTTP as any client would, and shows what came of it.

use crate::interrupt::{self, Watch};
use crate::progress;
use crate::results::{Replacing, Results};
use crate::totals::Totals;
use crate::trouble::{self, Scene};
use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tramline_outputs::Sink;
use tramline_server::{Listen, Server, Settings};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Folder for the sample upload, the data of the service and the results; created if it does not
    /// exist
    #[arg(long, value_name = "DIR", default_value = "demo")]
    dir: PathBuf,
    /// Address and port to listen on; by default a free port that only this machine can reach
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    listen: Listen,
    /// Stop the service after showing the results, even in a terminal
    #[arg(long)]
    end: bool,
}

/// The demo's account: it is reached from this machine only.
const NAME: &str = "demo";
const STICK: &str = "stick.zip";
const PASSWORD: &str = "follow the tramline";
const OPERATIONS: &str = "services/operations/api";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    let watch = interrupt::watch()?;
    let shown = runtime.block_on(show(arguments, &watch));
    shown.map_err(|error| trouble::told(error, &Scene::default()))
}

async fn show(arguments: &Arguments, watch: &Watch) -> anyhow::Result<ExitCode> {
    let mut out = progress::stdout();
    let folder = Results::open(&arguments.dir, &watch.partials, Replacing::All)?;
    let bytes = tramline_samples::zip(&tramline_samples::sample_stick());
    folder.file(STICK, &bytes)?;
    let stick = arguments.dir.join(STICK);
    writeln!(out, "generated a sample upload: {}", stick.display())?;
    let settings = Settings {
        listen: arguments.listen.clone(),
        data: arguments.dir.join("service"),
        bootstrap_user: Some(NAME.to_owned()),
        bootstrap_password: Some(PASSWORD.to_owned()),
        ..Settings::default()
    };
    let server = Server::start(settings).await?;
    let base = format!("http://{}", server.address);
    writeln!(
        out,
        "the service listens on {base} (account `{NAME}`, password `{PASSWORD}`)\n"
    )?;
    let client = Client::log_in(&base).await?;
    let batch = client.upload(bytes).await?;
    let batch = client.settled(&batch).await?;
    let folder = arguments.dir.join("results");
    let mut results = Results::open(&folder, &watch.partials, Replacing::All)?;
    client.print(&mut out, &batch, &mut results).await?;
    writeln!(
        out,
        "\nThe .dat file stands for a closed format: Tramline names it but does not read it.\n\
         The results are in {}. docs/outputs.md explains every file, docs/api.md every request.",
        folder.display()
    )?;
    if !arguments.end && std::io::stdout().is_terminal() {
        let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
        let mut hang_up = signal(SignalKind::hangup()).context("cannot wait for signals")?;
        watch.release();
        writeln!(
            out,
            "The service runs until you press Ctrl-C. Use it with this token:\n\n{}",
            client.token
        )?;
        tokio::select! {
            ended = tokio::signal::ctrl_c() => ended.context("cannot wait for Ctrl-C")?,
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    }
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// A client like any other.
struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

async fn json(answer: reqwest::Response) -> anyhow::Result<Value> {
    let (status, url) = (answer.status(), answer.url().path().to_owned());
    let body: Value = answer
        .json()
        .await
        .with_context(|| format!("{url}: the answer is not JSON"))?;
    if !status.is_success() {
        bail!(
            "{url}: {status}: {}",
            body["detail"].as_str().unwrap_or_default()
        );
    }
    Ok(body)
}

fn text<'a>(value: &'a Value, key: &str) -> anyhow::Result<&'a str> {
    value[key]
        .as_str()
        .with_context(|| format!("the answer has no `{key}`"))
}

impl Client {
    async fn log_in(base: &str) -> anyhow::Result<Self> {
        tramline_server::use_tls();
        let http = reqwest::Client::builder().no_proxy().build()?;
        let credentials = serde_json::json!({"username": NAME, "password": PASSWORD});
        let request = http
            .post(format!("{base}/api/authenticate"))
            .json(&credentials);
        let answer = json(request.send().await?).await?;
        Ok(Self {
            http,
            base: base.to_owned(),
            token: text(&answer, "id_token")?.to_owned(),
        })
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let url = format!("{}/{path}", self.base);
        json(self.http.get(url).bearer_auth(&self.token).send().await?).await
    }

    /// The demo's user; made at the first run.
    async fn user(&self) -> anyhow::Result<String> {
        let path = "services/usermanagement/api/users";
        let known = self.get(path).await?;
        if let Some(user) = known.as_array().and_then(|users| users.first()) {
            return Ok(text(user, "id")?.to_owned());
        }
        let url = format!("{}/{path}", self.base);
        let body = serde_json::json!({"name": "Demo Grower", "email": "demo@example.org"});
        let request = self.http.post(url).bearer_auth(&self.token).json(&body);
        let user = json(request.send().await?).await?;
        Ok(text(&user, "id")?.to_owned())
    }

    async fn upload(&self, bytes: Vec<u8>) -> anyhow::Result<String> {
        let user = self.user().await?;
        let part = reqwest::multipart::Part::bytes(bytes).file_name(STICK);
        let form = reqwest::multipart::Form::new().part("file", part);
        let url = format!(
            "{}/{OPERATIONS}/batch?leafUserId={user}&provider=Other",
            self.base
        );
        let request = self.http.post(url).bearer_auth(&self.token).multipart(form);
        let batch = json(request.send().await?).await?;
        Ok(text(&batch, "id")?.to_owned())
    }

    /// Follows the batch's progress to its end.
    async fn settled(&self, batch: &str) -> anyhow::Result<Value> {
        let url = format!("{}/{OPERATIONS}/batch/{batch}/progress", self.base);
        let request = self.http.get(url).bearer_auth(&self.token);
        let follow = async {
            let mut events = request.send().await?.error_for_status()?;
            while events.chunk().await?.is_some() {}
            anyhow::Ok(())
        };
        tokio::time::timeout(Duration::from_secs(300), follow)
            .await
            .context("the upload is not finished after 5 minutes")??;
        self.get(&format!("{OPERATIONS}/batch/{batch}")).await
    }

    async fn print(
        &self,
        out: &mut dyn Write,
        batch: &Value,
        results: &mut Results,
    ) -> anyhow::Result<()> {
        let files = batch["leafFiles"].as_array().cloned().unwrap_or_default();
        for id in &files {
            let id = id.as_str().unwrap_or_default();
            let file = self.get(&format!("{OPERATIONS}/files/{id}")).await?;
            print_file(out, &file)?;
            if file["status"] == "failed" {
                let steps = self.get(&format!("{OPERATIONS}/files/{id}/status")).await?;
                print_failure(out, &steps)?;
                continue;
            }
            let folder = file["report"]["dir"].as_str().unwrap_or(id);
            self.download(&file, folder, results).await?;
        }
        for entry in batch["ignoredEntries"].as_array().into_iter().flatten() {
            let word = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
            writeln!(
                out,
                "left out   {}\n           {}",
                word("entry"),
                word("reason")
            )?;
        }
        Ok(())
    }

    async fn download(
        &self,
        file: &Value,
        folder: &str,
        results: &mut Results,
    ) -> anyhow::Result<()> {
        let mut sink = results.sink();
        let mut save = |name: &str, bytes: &[u8]| {
            let mut out = sink.create(&format!("{folder}/{name}"))?;
            out.write_all(bytes)?;
            anyhow::Ok(out.flush()?)
        };
        for (kind, name) in [
            ("downloadStandardGeojson", "standard.geojson"),
            ("downloadFilteredGeojson", "filtered.geojson"),
        ] {
            let Some(url) = file[kind].as_str() else {
                continue;
            };
            let request = self.http.get(url).bearer_auth(&self.token);
            let bytes = request.send().await?.error_for_status()?.bytes().await?;
            save(name, &bytes)?;
        }
        let summary = serde_json::to_vec_pretty(&file["summary"])?;
        save("summary.json", &summary)?;
        Ok(results.complete(folder)?)
    }
}

/// Which step failed, why, and what to do.
fn print_failure(out: &mut dyn Write, steps: &Value) -> std::io::Result<()> {
    for (step, outcome) in steps.as_object().into_iter().flatten() {
        if outcome["status"] == "failed" {
            let word = |key: &str| outcome[key].as_str().unwrap_or_default().to_owned();
            writeln!(out, "           {step}: {}", word("message"))?;
            writeln!(out, "           because: {}", word("detail"))?;
            writeln!(out, "           what to do: {}", word("hint"))?;
        }
    }
    Ok(())
}

fn print_file(out: &mut dyn Write, file: &Value) -> std::io::Result<()> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    writeln!(
        out,
        "{:<10} {} ({}, {})",
        word(&file["status"]),
        word(&file["report"]["name"]),
        file["operationType"].as_str().unwrap_or("unknown work"),
        word(&file["fileFormat"])
    )?;
    if file["status"] == "failed" {
        return Ok(());
    }
    let points = &file["report"]["points"];
    let totals = Totals::of(&file["summary"]["properties"]).line();
    writeln!(out, "           {} points, {totals}", points["standard"])?;
    for (reason, count) in points["dropped"].as_object().into_iter().flatten() {
        writeln!(out, "           dropped {count}: {reason}")?;
    }
    writeln!(out, "           {}", word(&file["downloadStandardGeojson"]))
}
