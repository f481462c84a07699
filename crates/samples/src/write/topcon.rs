//! Sticks of Topcon displays: a small ISOXML set for each job in
//! `Clients/<client>/<farm>/<field>/Jobs/<job>/TASKDATA`, its devices in an external file, names in
//! the folders only, and the product in `<job>.ini`.
//!
//! Rule: the logs are those of [`super::isoxml`]; only what is around them differs.

use super::isoxml;
use crate::{Files, Operation, Simulated};

/// Takes all elements of a tag out of a text.
fn cut(text: &str, tag: &str) -> (String, String) {
    let (open, close) = (format!("<{tag} "), format!("</{tag}>"));
    let (mut rest, mut taken) = (String::new(), String::new());
    let mut left = text;
    while let Some(at) = left.find(&open) {
        let (before, element) = left.split_at(at);
        rest.push_str(before);
        let head = element.find('>').map_or(element.len(), |end| end + 1);
        let end = if element[..head].ends_with("/>") {
            head
        } else {
            element
                .find(&close)
                .map_or(element.len(), |end| end + close.len())
        };
        taken.push_str(&element[..end]);
        left = &element[end..];
    }
    rest.push_str(left);
    (rest, taken)
}

/// A stick with a set for each run.
pub fn stick(runs: &[&Simulated]) -> Files {
    let mut files = Files::new();
    for run in runs {
        let plan = &run.plan;
        let job = format!(
            "Clients/{}/{}/{}/Jobs/{}",
            plan.grower, plan.farm, plan.field, plan.task
        );
        let product = match plan.operation {
            Operation::Harvest => &plan.crop,
            Operation::Planting => &plan.variety,
            Operation::Spraying | Operation::Tillage => &plan.product,
        };
        let ini = format!("[AsAppliedMap]\r\nChannel1\\Product={product}\r\n");
        files.push((format!("{job}/{}.ini", plan.task), ini.into_bytes()));
        files.push((format!("{job}/{}.cov", plan.task), vec![1, 2, 3, 4]));
        for (path, bytes) in isoxml::task_set(&[run]) {
            let name = path.replace(".XML", ".xml").replace(".BIN", ".bin");
            if !name.ends_with("TASKDATA.xml") {
                files.push((format!("{job}/{name}"), bytes));
                continue;
            }
            let mut text = String::from_utf8_lossy(&bytes).into_owned();
            for tag in ["CTR", "FRM", "CTP", "PFD", "PDT", "PAN"] {
                text = cut(&text, tag).0;
            }
            let (text, devices) = cut(&text, "DVC");
            let text = text
                .replace(" C=\"CTR1\" D=\"FRM1\" E=\"PFD1\"", "")
                .replace(
                    "TaskControllerManufacturer=\"Tramline\"",
                    "TaskControllerManufacturer=\"Topcon Precision Agriculture\"",
                )
                .replacen("<TSK ", "<XFR A=\"DVC00000\" B=\"1\"/><TSK ", 1);
            let devices =
                format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XFC>{devices}</XFC>\n");
            files.push((format!("{job}/{name}"), text.into_bytes()));
            files.push((format!("{job}/TASKDATA/DVC00000.xml"), devices.into_bytes()));
        }
    }
    files
}
