//! Where everything lies: directories, configuration, policy, and the small disks that can be full.

use crate::failure::Failure;
use crate::plan::Plan;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Says to the program in its private mount namespace that it is there.
const THERE: &str = "TORTURE_HAS_A_ROOM";
/// Room on each disk while it is not full.
const DISK_MIB: u32 = 3_072;

/// The policy: limits that the callers run into now and then, nothing that would only keep them from calling.
const POLICY: &str = r#"
order_qty_max = "60"
order_notional_max = "60000"
collar_live_percent = "60"
approval_required_for = []
look_alike_window_s = 0
open_orders_max = 150
open_orders_per_instrument_max = 6
messages_per_second_max = 45
messages_per_day_max = 1000000
cancel_orders_min = 1000000
wash_orders_max = 1000000
open_notional_max = "100000000"
self_match_allowed = true
short_sales_allowed = true
orders_day_max = 1000000
turnover_day_max = "1000000000000"
capital_gross_max = "1000000000000"
capital_net_max = "1000000000000"
position_qty_max = "1000000000"
position_notional_max = "1000000000000"
currency_notional_max = "1000000000000"
issuer_notional_max = "1000000000000"
leverage_max = "1000000"
margin_use_percent_max = "99"
excess_liquidity_min = "0"
loss_day_reduce = "1000000000000"
loss_day_halt = "1000000000000"
loss_week_reduce = "1000000000000"
loss_week_halt = "1000000000000"
drawdown_percent_max = "99"
short_window_notional_max = "1000000000000"
short_window_qty_max = "1000000000"
short_window_move_percent_max = "99"
strategy_executions_max = 1000000
efficiency_ratio_max = "1000000"
rejects_max = 1000000
cooldown_after = 1000000
spread_percent_max = "100"
volume_percent_max = "100"
"#;

/// A writer that shows no life for so long is given up by its standby.
const LEASE_SILENCE_S: u32 = 5;

/// Largest quantity of one order, as in the policy.
pub(crate) const ORDER_QTY_MAX: u32 = 60;
/// Most open orders, as in the policy.
pub(crate) const OPEN_ORDERS_MAX: usize = 150;
/// Most open orders of one instrument and side, as in the policy.
pub(crate) const OPEN_PER_SIDE_MAX: usize = 6;

/// A disk of its own, if the machine lets us have one.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    pub(crate) dir: PathBuf,
    pub(crate) can_be_full: bool,
}

/// The machine of one user.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    pub(crate) dir: PathBuf,
    pub(crate) data: Disk,
    pub(crate) state: Disk,
    /// Under the checkpoint file. With a disk of its own a full machine is no fault of this program's choice.
    pub(crate) checkpoint: Disk,
}

/// Runs this program again where it may mount disks; its outcome, or nothing if it is there already or cannot be.
pub(crate) fn in_a_room_of_its_own(plan: &Plan) -> Result<Option<bool>, Failure> {
    let is_root = fs::metadata("/proc/self")?.uid() == 0;
    if std::env::var_os(THERE).is_some() || !is_root || !may_unshare() {
        return Ok(None);
    }
    let status = Command::new("unshare")
        .args(["--mount", "--propagation", "private"])
        .arg(std::env::current_exe()?)
        .env(THERE, "1")
        .env("TORTURE_DIR", &plan.dir)
        .status()?;
    Ok(Some(status.success()))
}

fn may_unshare() -> bool {
    Command::new("unshare").args(["--mount", "true"]).status().is_ok_and(|status| status.success())
}

impl Home {
    /// Makes the directories, mounts the disks, writes configuration and policy.
    pub(crate) fn make(plan: &Plan) -> Result<Self, Failure> {
        let dir = plan.dir.clone();
        if dir.exists() {
            return Err(format!("{} exists; name another TORTURE_DIR or remove it", dir.display()).into());
        }
        let own = |path: &Path| fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
        own(&dir)?;
        let disk = |name: &str| -> Result<Disk, Failure> {
            let path = dir.join(name);
            own(&path)?;
            let can_be_full = std::env::var_os(THERE).is_some() && mount(&path)?;
            Ok(Disk { dir: path, can_be_full })
        };
        let home = Self { data: disk("data")?, state: disk("venue")?, checkpoint: disk(".local")?, dir: dir.clone() };
        own(&home.data.dir.join("policies"))?;
        fs::write(home.data.dir.join("policies/torture.toml"), POLICY)?;
        Ok(home)
    }

    /// Copies what lies on the disks to where it outlives them, and says where.
    pub(crate) fn keep(&self) -> Result<PathBuf, Failure> {
        let kept = self.dir.join("kept");
        fs::create_dir_all(&kept)?;
        let status = Command::new("cp").arg("-a").args([&self.data.dir, &self.state.dir]).arg(&kept).status()?;
        if status.success() {
            Ok(self.dir.clone())
        } else {
            Err(format!("{} cannot be written", kept.display()).into())
        }
    }

    /// Writes the configuration of a gateway and returns its file.
    pub(crate) fn configure(&self, name: &str, listen: u16, broker: u16, standby: bool) -> Result<PathBuf, Failure> {
        let path = self.dir.join(format!("{name}.toml"));
        let data = self.data.dir.display();
        let silence = if standby { format!("lease_silence_s = {LEASE_SILENCE_S}\n") } else { String::new() };
        fs::write(
            &path,
            format!(
                "listen = \"127.0.0.1:{listen}\"\ndata_dir = \"{data}\"\ntrading = \"paper\"\npolicy = \"torture\"\n\
                 {silence}[broker]\nkind = \"tws\"\nport = {broker}\naccount = \"DUV0000001\"\n"
            ),
        )?;
        Ok(path)
    }
}

fn mount(dir: &Path) -> Result<bool, Failure> {
    let size = format!("size={DISK_MIB}m,mode=0700");
    let status = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(dir).status()?;
    Ok(status.success())
}

impl Disk {
    /// Leaves it no more room than `spare_kib`, counted from what is on it now.
    pub(crate) fn fill(&self, spare_kib: u64) -> Result<(), Failure> {
        let output = Command::new("df").args(["-k", "--output=used"]).arg(&self.dir).output()?;
        let text = String::from_utf8(output.stdout)?;
        let used: u64 = text.lines().last().unwrap_or_default().trim().parse()?;
        self.resize(&format!("{}k", used + spare_kib))
    }

    /// Gives it its room back.
    pub(crate) fn empty(&self) -> Result<(), Failure> {
        self.resize(&format!("{DISK_MIB}m"))
    }

    fn resize(&self, size: &str) -> Result<(), Failure> {
        let status = Command::new("mount").args(["-o", &format!("remount,size={size}")]).arg(&self.dir).status()?;
        if status.success() { Ok(()) } else { Err(format!("{} cannot be resized", self.dir.display()).into()) }
    }
}
