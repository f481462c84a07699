//! From records to one machine file: checked against itself, then written.

mod survey;
mod write;

use super::findings;
use super::raw::{Frames, Record};
use crate::claim::{Claim, ReadOptions};
use crate::shared::job_path::JobPath;
use crate::shared::task_data::{TaskData, device_class};
use crate::source::{Limits, Tree};
use std::io::BufReader;
use survey::Survey;
use tramline_model::{
    Ending, Finding, OperationDescription, OperationType, Property, Provider, ReadError, Receiver,
    Severity, Unit,
};
use write::{Columns, Writer};

const ELSEWHERE: &str = "upload the FMIS export of the job (a .jdp.zip with jobdata.xml and .tab files), its \
                         ISOXML, or a shapefile from Slingshot";
/// Device classes of a NAME (ISO 11783-1): planters and seeders.
const PLANTER: u8 = 4;
/// Classes whose products are no liquids: planters and seeders, spreaders.
const DRY: [u8; 2] = [PLANTER, 5];

/// Reads one claimed job.
pub(super) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let place = tree.place(claim.main);
    let stream = || {
        tree.stream(claim.main)
            .map(|stream| BufReader::with_capacity(1 << 16, stream))
    };
    let survey = Survey::read(stream()?);
    if survey.fixes == survey.without_position {
        let what = format!(
            "no points: none of {} records has a position",
            survey.records
        );
        return Err(ReadError::malformed(place, what, ELSEWHERE));
    }
    if let Some(refusal) = survey.check.refusal() {
        return Err(ReadError::unsupported(place, refusal, ELSEWHERE));
    }
    if survey.fixes > limits.points {
        return Err(ReadError::Limit {
            place,
            limit: "points",
            allowed: limits.points,
        });
    }
    let class = class(tree, claim, limits);
    let liquid = !class.is_some_and(|class| DRY.contains(&class)) && survey.is_liquid();
    let columns = Columns::of(&survey, liquid);
    receiver.begin(describe(tree, claim, options, &survey, class, columns))?;
    for finding in notes(tree, claim, &survey, columns) {
        receiver.finding(finding);
    }
    let mut frames = Frames::new(stream()?);
    let mut writer = Writer::new(columns, &place);
    // The first pass told of a broken end.
    while let Ok(Some((kind, bytes))) = frames.next() {
        if let Some(record) = Record::read(kind, bytes) {
            writer.record(record, receiver)?;
        }
    }
    writer.flush(receiver)?;
    let size = tree.entry(claim.main).size;
    Ok(receiver.finish(Ending {
        records: writer.written,
        skipped_bytes: size.saturating_sub(survey.bytes),
        ..Ending::default()
    })?)
}

/// The class of the device that the job's object pool describes.
fn class(tree: &Tree, claim: &Claim, limits: &Limits) -> Option<u8> {
    let named = |id: &&crate::source::EntryId| tree.name(**id).eq_ignore_ascii_case("DDOP.XML");
    let pool = claim.entries.iter().find(named)?;
    let data = TaskData::read(tree, *pool, limits).ok()?;
    data.devices.iter().find_map(device_class)
}

fn describe(
    tree: &Tree,
    claim: &Claim,
    options: &ReadOptions,
    survey: &Survey,
    class: Option<u8>,
    columns: Columns,
) -> OperationDescription {
    let path = &tree.entry(claim.main).path;
    let names = JobPath::of(path, "GFF");
    let name = tree.name(claim.main);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let (kind, reason) = match (&options.operation_type, class) {
        (Some(given), _) => (given.clone(), "given with the upload".to_owned()),
        (None, Some(PLANTER)) => (
            OperationType::Planted,
            "the device is a planter or seeder".to_owned(),
        ),
        (None, _) if survey.products > 0 => (
            OperationType::Applied,
            format!("{} records of a product logged", survey.products),
        ),
        (None, _) => (
            OperationType::Other("unknown".to_owned()),
            "no product is logged".to_owned(),
        ),
    };
    let litres = Unit::from_symbol("L/ha").filter(|_| columns.rate);
    OperationDescription {
        operation_reason: reason,
        grower: names.grower,
        farm: names.farm,
        field: names.field,
        crop: options.crop.clone(),
        entries: claim
            .entries
            .iter()
            .map(|id| tree.entry(*id).path.clone())
            .collect(),
        points_schema: columns.schema(),
        time_source: "none".to_owned(),
        assumed_units: litres
            .map(|unit| (Property::AppliedRate, unit))
            .into_iter()
            .collect(),
        ..OperationDescription::new(
            names.job.unwrap_or_else(|| name.to_owned()),
            "JDP",
            Provider::RavenSlingshot,
            kind,
        )
    }
}

/// What is to be told of the whole job.
fn notes(tree: &Tree, claim: &Claim, survey: &Survey, columns: Columns) -> Vec<Finding> {
    let place = tree.place(claim.main);
    let say = |code, severity, text: String| Finding::new(code, severity, place.clone(), text);
    let mut list = vec![
        say(
            &findings::REPORTED_LAYOUT,
            Severity::Warning,
            "the layout of this format is known from a description only, not from a real job"
                .to_owned(),
        )
        .hint("compare the totals with those of the display before you rely on them"),
        say(
            &findings::NO_DATES,
            Severity::Warning,
            "the clock of the job counts seconds from a day that is not stated: the points have no time"
                .to_owned(),
        ),
    ];
    if !survey.check.tells() {
        let text = "the machine hardly moved, so the layout could not be checked";
        list.push(say(
            &findings::UNCHECKED,
            Severity::Warning,
            text.to_owned(),
        ));
    }
    match survey.usual_rate {
        Some(rate) if columns.rate => list.push(
            say(
                &findings::LIQUID_ASSUMED,
                Severity::Note,
                format!(
                    "the unit of the rates (usually {rate:.1}) is not stated: litres per hectare of a liquid are assumed"
                ),
            )
            .value("rate", rate)
            .value("unit", "L/ha"),
        ),
        Some(rate) => list.push(
            say(
                &findings::RATE_LEFT_OUT,
                Severity::Warning,
                format!(
                    "the rates (usually {rate:.3}) are left out: their unit is not stated, and they are not \
                     plausible for a liquid"
                ),
            )
            .value("rate", rate)
            .hint("use the raw points, which have them as logged"),
        ),
        None => {}
    }
    if survey.without_position > 0 {
        let text = format!(
            "{} of {} records have no position",
            survey.without_position, survey.fixes
        );
        list.push(
            say(&findings::NO_POSITION, Severity::Warning, text)
                .value("records", survey.without_position)
                .value("ofRecords", survey.fixes),
        );
    }
    if let Some(broken) = &survey.broken {
        let place =
            tramline_model::Place::inside(place.entry.clone(), format!("byte {}", broken.at));
        let text = format!("the job cannot be read beyond this place: {}", broken.what);
        list.push(
            Finding::new(&findings::CUT_SHORT, Severity::Error, place, text)
                .value("detail", broken.what.as_str())
                .value("byte", broken.at)
                .hint("copy the job from the display again"),
        );
    }
    list
}
