"""The Treasury's and the Fed's desks, and the rules that they follow."""
