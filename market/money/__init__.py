"""Overnight money: repo by segment, the Fed's facilities, specials and the lending of securities."""
