Console.WriteLine("actorsync");
