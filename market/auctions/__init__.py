"""Operations at an hour: auctions, buybacks, the Fed's purchases and sales, when-issued trading, standing bids."""
