//! The twenty stocks with real closes, in the order of the data file.
//!
//! ConIds are IBKR's own where they are publicly known, else of our own range: 2,000,000,001 and up,
//! which IBKR has not reached.

/// A row of the table.
pub(super) struct Stock {
    pub(super) con_id: i32,
    pub(super) symbol: &'static str,
    /// As IBKR writes it.
    pub(super) long_name: &'static str,
    pub(super) primary_exchange: &'static str,
    /// `NMS` on NASDAQ, the symbol elsewhere.
    pub(super) trading_class: &'static str,
    /// Industry, category, subcategory.
    pub(super) sector: [&'static str; 3],
}

const fn stock(
    con_id: i32,
    symbol: &'static str,
    long_name: &'static str,
    primary_exchange: &'static str,
    trading_class: &'static str,
    sector: [&'static str; 3],
) -> Stock {
    Stock { con_id, symbol, long_name, primary_exchange, trading_class, sector }
}

/// The table.
pub(super) const STOCKS: [Stock; 20] = [
    stock(265_598, "AAPL", "APPLE INC", "NASDAQ", "NMS", ["Technology", "Computers", "Computers"]),
    stock(
        4391,
        "AMD",
        "ADVANCED MICRO DEVICES",
        "NASDAQ",
        "NMS",
        ["Technology", "Semiconductors", "Electronic Compo-Semicon"],
    ),
    stock(
        2_000_000_001,
        "BAC",
        "BANK OF AMERICA CORP",
        "NYSE",
        "BAC",
        ["Financial", "Banks", "Diversified Banking Inst"],
    ),
    stock(
        2_000_000_002,
        "BBY",
        "BEST BUY CO INC",
        "NYSE",
        "BBY",
        ["Consumer, Cyclical", "Retail", "Retail-Consumer Electron"],
    ),
    stock(2_000_000_003, "CVX", "CHEVRON CORP", "NYSE", "CVX", ["Energy", "Oil&Gas", "Oil Comp-Integrated"]),
    stock(
        2_000_000_004,
        "GE",
        "GENERAL ELECTRIC",
        "NYSE",
        "GE",
        ["Industrial", "Aerospace/Defense", "Aerospace/Defense-Equip"],
    ),
    stock(
        2_000_000_005,
        "HD",
        "HOME DEPOT INC",
        "NYSE",
        "HD",
        ["Consumer, Cyclical", "Retail", "Retail-Building Products"],
    ),
    stock(
        8719,
        "JNJ",
        "JOHNSON & JOHNSON",
        "NYSE",
        "JNJ",
        ["Consumer, Non-cyclical", "Pharmaceuticals", "Medical-Drugs"],
    ),
    stock(1_520_593, "JPM", "JPMORGAN CHASE & CO", "NYSE", "JPM", ["Financial", "Banks", "Diversified Banking Inst"]),
    stock(
        2_000_000_006,
        "KO",
        "COCA-COLA CO/THE",
        "NYSE",
        "KO",
        ["Consumer, Non-cyclical", "Beverages", "Beverages-Non-alcoholic"],
    ),
    stock(9160, "LLY", "ELI LILLY & CO", "NYSE", "LLY", ["Consumer, Non-cyclical", "Pharmaceuticals", "Medical-Drugs"]),
    stock(
        70_101_545,
        "MRK",
        "MERCK & CO. INC.",
        "NYSE",
        "MRK",
        ["Consumer, Non-cyclical", "Pharmaceuticals", "Medical-Drugs"],
    ),
    stock(272_093, "MSFT", "MICROSOFT CORP", "NASDAQ", "NMS", ["Technology", "Software", "Applications Software"]),
    stock(
        11_017,
        "PEP",
        "PEPSICO INC",
        "NASDAQ",
        "NMS",
        ["Consumer, Non-cyclical", "Beverages", "Beverages-Non-alcoholic"],
    ),
    stock(
        2_000_000_007,
        "PFE",
        "PFIZER INC",
        "NYSE",
        "PFE",
        ["Consumer, Non-cyclical", "Pharmaceuticals", "Medical-Drugs"],
    ),
    stock(
        2_000_000_008,
        "PG",
        "PROCTER & GAMBLE CO/THE",
        "NYSE",
        "PG",
        ["Consumer, Non-cyclical", "Cosmetics/Personal Care", "Cosmetics&Toiletries"],
    ),
    stock(2_000_000_009, "RRC", "RANGE RESOURCES CORP", "NYSE", "RRC", ["Energy", "Oil&Gas", "Oil Comp-Explor&Prodtn"]),
    stock(
        2_000_000_010,
        "UNH",
        "UNITEDHEALTH GROUP INC",
        "NYSE",
        "UNH",
        ["Consumer, Non-cyclical", "Healthcare-Services", "Medical-HMO"],
    ),
    stock(13_824, "WMT", "WALMART INC", "NASDAQ", "NMS", ["Consumer, Cyclical", "Retail", "Retail-Discount"]),
    stock(13_977, "XOM", "EXXON MOBIL CORP", "NYSE", "XOM", ["Energy", "Oil&Gas", "Oil Comp-Integrated"]),
];
